/** @file One at a time, and once more where it was asked for meanwhile: how things are read again when the engine says that they changed. */

interface Ends {
  /** It went through, and nobody asks any more. */
  done?(): void;
  failed(error: unknown): void;
  /** After either. */
  ended?(): void;
}

export class Turns {
  #taken = false;
  #again = false;

  /** Asked for while it was under way. */
  get again(): boolean {
    return this.#again;
  }

  /** Has it done once more. */
  ask(): void {
    this.#again = true;
  }

  /** Does the work until nobody asks any more; while it is under way a call only asks. What ends it runs at once: no asking falls in between. */
  async take(work: () => Promise<void>, { done, failed, ended }: Ends): Promise<void> {
    if (this.#taken) {
      this.#again = true;
      return;
    }
    this.#taken = true;
    try {
      do {
        this.#again = false;
        await work();
      } while (this.#again);
      done?.();
    } catch (error) {
      failed(error);
    } finally {
      this.#taken = false;
      ended?.();
    }
  }
}
