/**
 * @file The methods there are.
 */
import { UserError } from "../../base/errors.ts";
import type { Method } from "./method.ts";
import { simclr } from "./simclr.ts";

export const methods: readonly Method[] = [simclr];

export function methodOf(id: string): Method {
  const found = methods.find((method) => method.id === id);
  if (found) return found;
  throw new UserError("method-unknown", `There is no method "${id}". Known: ${methods.map((method) => method.id).join(", ")}.`);
}
