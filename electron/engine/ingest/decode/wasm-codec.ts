/**
 * @file Codecs in WebAssembly, for formats that libvips as shipped does not read. One is loaded when the first file needs it. Its memory grows and never
 * shrinks, and after a failure nobody knows what is left in it: an instance that failed, or that has grown large, is let go with all it holds, and the next
 * file gets a new one.
 */
import { DecodeError } from "./decode-error.ts";

export interface WasmCodec<T> {
  /** Not to be called again before the answer is there. */
  readonly run: <R>(use: (codec: T) => R | Promise<R>) => Promise<R>;
}

export interface WasmSource<T> {
  readonly load: () => T | Promise<T>;
  readonly heapBytes: (codec: T) => number;
}

/** An instance with less memory than this is kept for the next file. */
const keptHeapBytes = 96 * 1024 * 1024;

export function wasmCodec<T>({ load, heapBytes }: WasmSource<T>): WasmCodec<T> {
  let kept: T | null = null;
  return {
    run: async (use) => {
      const codec = kept ?? (await load());
      kept = null;
      const result = await answerOf(codec, use);
      if (heapBytes(codec) <= keptHeapBytes) kept = codec;
      return result;
    },
  };
}

/** What a codec prints helps nobody: what went wrong is told by how it fails. */
export function silent(): void {
  // Nothing.
}

/** What a codec throws when damaged data break it (a trap, an abort, the address of a C++ exception) says that about the file; our own errors pass. */
async function answerOf<T, R>(codec: T, use: (codec: T) => R | Promise<R>): Promise<R> {
  try {
    return await use(codec);
  } catch (thrown) {
    if (thrown instanceof DecodeError || thrown instanceof TypeError || thrown instanceof ReferenceError) throw thrown;
    if (thrown instanceof RangeError) throw new DecodeError("too-large", `there is not enough memory for it: ${thrown.message}`);
    throw new DecodeError(
      "corrupt",
      `the decoder gave up: ${thrown instanceof Error ? thrown.message.slice(0, 200) : "an exception of its own"}`,
    );
  }
}
