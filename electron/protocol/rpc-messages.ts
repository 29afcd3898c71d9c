/**
 * @file What crosses a connection: calls and cancels one way, results, errors and events the other. An error crosses as plain data and
 * becomes an `RpcError` on the other side, so nobody has to read messages to tell "you can fix this" from "we broke it".
 */

export type ErrorKind =
  /** The person can fix it; the message says how. */
  | "user"
  /** Somebody asked to stop. */
  | "cancelled"
  /** An invariant of ours does not hold. */
  | "bug"
  /** The two sides do not speak the same language: unknown method, wrong parameters, broken frame. */
  | "protocol"
  /** The other side went away. */
  | "connection";

const errorKinds: readonly ErrorKind[] = ["user", "cancelled", "bug", "protocol", "connection"];

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly kind: ErrorKind;
}

export type ClientMessage =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: "cancel"; readonly id: number };

export type ServerMessage =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: WireError }
  | { readonly kind: "event"; readonly name: string; readonly value: unknown };

export type Message = ClientMessage | ServerMessage;

/** An error that came over, or arose from, a connection. */
export class RpcError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  constructor({ code, message, kind }: WireError) {
    super(message);
    this.name = kind === "user" ? "UserError" : kind === "cancelled" ? "CancellationError" : "RpcError";
    this.code = code;
    this.kind = kind;
  }
}

/** The wire form of anything thrown. Knows the engine's errors by name: the protocol imports nothing. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof RpcError) return { code: thrown.code, message: thrown.message, kind: thrown.kind };
  if (!(thrown instanceof Error)) return { code: "internal", message: String(thrown), kind: "bug" };
  const code = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "internal";
  if (thrown.name === "CancellationError" || thrown.name === "AbortError")
    return { code: "cancelled", message: thrown.message, kind: "cancelled" };
  return { code, message: thrown.message, kind: thrown.name === "UserError" ? "user" : "bug" };
}

/** Reads a client's message; null when it is not one. */
export function readClientMessage(value: unknown): ClientMessage | null {
  if (!isRecord(value) || !isId(value["id"])) return null;
  const id = value["id"];
  if (value["kind"] === "cancel") return { kind: "cancel", id };
  if (value["kind"] !== "call" || typeof value["method"] !== "string" || value["method"].length > 200) return null;
  return { kind: "call", id, method: value["method"], params: value["params"] };
}

/** Reads a server's message; null when it is not one. */
export function readServerMessage(value: unknown): ServerMessage | null {
  if (!isRecord(value)) return null;
  if (value["kind"] === "event")
    return typeof value["name"] === "string" ? { kind: "event", name: value["name"], value: value["value"] } : null;
  const id = value["id"];
  if (!isId(id)) return null;
  if (value["kind"] === "result") return { kind: "result", id, result: value["result"] };
  const error = value["error"];
  if (value["kind"] !== "error" || !isRecord(error) || typeof error["code"] !== "string" || typeof error["message"] !== "string")
    return null;
  const kind = errorKinds.find((known) => known === error["kind"]) ?? "bug";
  return { kind: "error", id, error: { code: error["code"], message: error["message"], kind } };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
