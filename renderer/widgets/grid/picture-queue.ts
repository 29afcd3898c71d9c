/**
 * @file Loads the pictures of what is on screen, a bounded number at a time. A picture that leaves the screen before its turn is never
 * asked for; one that leaves while loading is let go.
 */

export interface PictureQueue {
  /** Loads `url` into `element`; the function returned gives up. */
  add(element: HTMLImageElement, url: string): () => void;
  /** Starts no new picture for so long (while somebody scrolls past faster than pictures load). */
  hold(milliseconds: number): void;
  readonly loading: number;
  readonly waiting: number;
}

export function createPictureQueue(limit: number): PictureQueue {
  const waiting = new Map<HTMLImageElement, string>();
  const loading = new Set<HTMLImageElement>();

  let held: ReturnType<typeof setTimeout> | undefined;

  const fill = (): void => {
    if (held !== undefined) return;
    for (const [element, url] of waiting) {
      if (loading.size >= limit) return;
      waiting.delete(element);
      loading.add(element);
      element.src = url;
    }
  };
  const ended = (element: HTMLImageElement): void => {
    if (loading.delete(element)) fill();
  };

  return {
    add(element, url) {
      const loaded = (): void => ended(element);
      const failed = (): void => {
        element.dataset["failed"] = "";
        ended(element);
      };
      element.addEventListener("load", loaded);
      element.addEventListener("error", failed);
      waiting.set(element, url);
      queueMicrotask(fill);
      return () => {
        element.removeEventListener("load", loaded);
        element.removeEventListener("error", failed);
        waiting.delete(element);
        if (loading.has(element)) {
          element.removeAttribute("src");
          ended(element);
        }
      };
    },
    hold(milliseconds) {
      clearTimeout(held);
      held = setTimeout(() => {
        held = undefined;
        fill();
      }, milliseconds);
    },
    get loading() {
      return loading.size;
    },
    get waiting() {
      return waiting.size;
    },
  };
}

/** Browsers open six connections to one host; a few more keep them busy. */
export const thumbnails: PictureQueue = createPictureQueue(10);

/** For `{@attach}`: fills an `<img>` with the picture behind `url` when its turn comes. */
export function queued(url: string): (element: HTMLImageElement) => () => void {
  return (element) => thumbnails.add(element, url);
}
