/** @file Long work in slices: a generator that yields wherever it may rest. */

const sliceMs = 6;

/** Runs it to its end, letting the page breathe between slices. */
export async function inSlices<T>(work: Generator<void, T>): Promise<T> {
  await pause();
  let since = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - since < sliceMs) continue;
    await pause();
    since = performance.now();
  }
}

/** Runs it to its end without a rest: for tests, and where little is to be done. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
