/** @file Short sentences at the bottom edge: what went wrong, or what to do instead. They leave by themselves; errors stay. */
import { RpcError } from "#protocol/rpc-messages.ts";

export interface Notice {
  readonly key: number;
  readonly tone: "plain" | "error";
  readonly text: string;
  readonly action?: { readonly label: string; run(): void };
  /** What it is about: a newer one about the same takes its place. */
  readonly about?: string;
}

class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;

  tell(text: string, action?: Notice["action"], about?: string): void {
    const key = this.#push({ tone: "plain", text, ...(action && { action }), ...(about !== undefined && { about }) });
    setTimeout(() => this.dismiss(key), 9000);
  }

  /** `what` is the sentence's start; the reason comes from the error. Stopped work is not an error. */
  fail(what: string, error: unknown): void {
    if (isStopped(error)) return;
    this.#push({ tone: "error", text: `${what}: ${reason(error)}` });
  }

  dismiss(key: number): void {
    this.list = this.list.filter((notice) => notice.key !== key);
  }

  #push(notice: Omit<Notice, "key">): number {
    const key = this.#next++;
    const isReplaced = (other: Notice): boolean =>
      other.text === notice.text || (notice.about !== undefined && other.about === notice.about);
    this.list = [...this.list.filter((other) => !isReplaced(other)).slice(-2), { ...notice, key }];
    return key;
  }
}

function isStopped(error: unknown): boolean {
  return (error instanceof DOMException && error.name === "AbortError") || (error instanceof RpcError && error.kind === "cancelled");
}

export function reason(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "the reason is not known.";
}

export const notices = new Notices();
