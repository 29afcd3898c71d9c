/**
 * @file Several sessions of one encoder on the CPU that share the work. Threads inside one operator wait for each other some hundred times
 * a run, and longest while decoding keeps a core; sessions of few threads wait for nobody, and a few pictures at a time leave what one
 * operator wrote in the cache for the next. Measured with the bundled encoder on 2 cores: one session of two threads, 16 pictures, 340 to 375
 * images/s; two of one thread, 4 pictures, 423.
 */
import type { OpenRequest, Pixels } from "./inference-messages.ts";
import { openInference, type InferenceSessionHandle } from "./inference.ts";

/** Each session holds its own copy of the weights, so on many cores they get more threads instead of more company. */
const mostSessions = 4;
/** Pictures in one run of one session. */
export const picturesPerRun = 4;

/** As `openInference` on the CPU, with `threads` threads in all. A batch is shared out in runs of `picturesPerRun`, or of the encoder's own batch. */
export async function openInferenceTeam(request: Omit<OpenRequest, "kind" | "device">): Promise<InferenceSessionHandle> {
  const count = Math.max(1, Math.min(mostSessions, request.threads));
  const opening = Array.from({ length: count }, () =>
    openInference({ ...request, device: "cpu", threads: Math.ceil(request.threads / count) }),
  );
  const settled = await Promise.allSettled(opening);
  const sessions = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(sessions.map((session) => session.close()));
  };
  const failed = settled.find((each) => each.status === "rejected");
  if (failed) {
    await close();
    throw failed.reason as Error;
  }
  const perRun = Math.max(picturesPerRun, request.input.batch ?? 1);
  const idle = [...sessions];
  const waiting: ((session: InferenceSessionHandle) => void)[] = [];
  const release = (session: InferenceSessionHandle): void => {
    const next = waiting.shift();
    if (next) next(session);
    else idle.push(session);
  };
  const run = async (pixels: Pixels, pictures: number): Promise<Float32Array> => {
    const session = idle.pop() ?? (await new Promise<InferenceSessionHandle>((resolve) => waiting.push(resolve)));
    try {
      return await session.embed(pixels, pictures);
    } finally {
      release(session);
    }
  };
  return {
    embed: async (pixels, pictures) => {
      const vectors = new Float32Array(pictures * request.dimensions);
      const runs: Promise<void>[] = [];
      for (let from = 0; from < pictures; from += perRun) {
        const to = Math.min(pictures, from + perRun);
        const part = run(partOf(pixels, pictures, from, to), to - from);
        runs.push(part.then((rows) => vectors.set(rows, from * request.dimensions)));
      }
      await Promise.all(runs);
      return vectors;
    },
    close,
  };
}

/** Pictures `from` to `to` of `pictures`. */
function partOf(pixels: Pixels, pictures: number, from: number, to: number): Pixels {
  if (!(pixels instanceof Uint8Array)) return { file: pixels.file, offsets: pixels.offsets.slice(from, to) };
  const bytes = pixels.length / pictures;
  return pixels.slice(from * bytes, to * bytes);
}
