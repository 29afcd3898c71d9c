/** @file Asks a person for a path: the system's dialog where there is one, else our own browser of the engine's machine, over whatever is open. */
import type { PathRequest } from "#protocol/electron-shell.ts";

import { electronBridge } from "../client/bridge.ts";

export interface Question extends Partial<PathRequest> {
  readonly kind: PathRequest["kind"];
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  /** Shown above the folders, for instance after a drop that a browser will not name. */
  readonly hint?: string;
}

class Picker {
  /** What our own dialog asks now. */
  question = $state.raw<Question | null>(null);
  #answer: ((path: string | null) => void) | null = null;

  /** Null: it was cancelled. */
  async ask(question: Question): Promise<string | null> {
    const { kind, title, endings = [], name = "" } = question;
    const host = electronBridge();
    if (host !== null) return host.choosePath({ kind, title, endings: [...endings], name });
    this.answer(null);
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.question = question;
    });
  }

  answer(path: string | null): void {
    const settle = this.#answer;
    this.#answer = null;
    this.question = null;
    settle?.(path);
  }
}

export const picker = new Picker();
