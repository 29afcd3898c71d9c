/** @file The bounded loading of thumbnails. */
import { beforeEach, expect, test, vi } from "vitest";

import { createPictureQueue } from "../../../renderer/widgets/grid/picture-queue.ts";

/** As much of an `<img>` as the queue touches. */
class FakeImage extends EventTarget {
  src = "";
  readonly dataset: Record<string, string> = {};
  removeAttribute(name: string): void {
    if (name === "src") this.src = "";
  }
}

const settle = (): Promise<void> => Promise.resolve().then(() => undefined);
let images: FakeImage[];
beforeEach(() => {
  images = Array.from({ length: 5 }, () => new FakeImage());
});
const element = (index: number): HTMLImageElement => images[index] as unknown as HTMLImageElement;
const started = (): number[] => images.flatMap((image, index) => (image.src === "" ? [] : [index]));

test("loads so many at a time, the next when one is there or has failed", async () => {
  const queue = createPictureQueue(2);
  images.forEach((_, index) => queue.add(element(index), `/thumbnail/${index}`));
  await settle();
  expect(started()).toEqual([0, 1]);
  images[1].dispatchEvent(new Event("load"));
  expect(started()).toEqual([0, 1, 2]);
  images[0].dispatchEvent(new Event("error"));
  expect(images[0].dataset["failed"]).toBe("");
  expect(started()).toEqual([0, 1, 2, 3]);
  expect([queue.loading, queue.waiting]).toEqual([2, 1]);
});

test("one that leaves before its turn is never asked for; one that leaves while loading makes room", async () => {
  const queue = createPictureQueue(1);
  const leave = images.map((_, index) => queue.add(element(index), `/thumbnail/${index}`));
  await settle();
  leave[1]();
  leave[0]();
  expect(started()).toEqual([2]);
  images[2].dispatchEvent(new Event("load"));
  leave[2]();
  // A picture that is there stays in its element.
  expect(started()).toEqual([2, 3]);
});

test("starts none while held, and goes on by itself", async () => {
  vi.useFakeTimers();
  const queue = createPictureQueue(3);
  queue.hold(100);
  images.forEach((_, index) => queue.add(element(index), `/thumbnail/${index}`));
  await settle();
  expect(started()).toEqual([]);
  vi.advanceTimersByTime(101);
  expect(started()).toEqual([0, 1, 2]);
  vi.useRealTimers();
});
