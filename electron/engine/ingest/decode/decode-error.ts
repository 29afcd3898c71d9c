/**
 * @file How decoding says "this file gives no picture". Thrown inside the decoders, turned into a `DecodeFailure` at the edge of the child
 * process. Anything else that is thrown there is a bug of ours and fails the job.
 */
import { messageOf } from "../../base/errors.ts";
import type { DecodeFailure, FailureCode } from "./types.ts";

export class DecodeError extends Error {
  readonly code: FailureCode;
  constructor(code: FailureCode, message: string) {
    super(message);
    this.name = "DecodeError";
    this.code = code;
  }
  get failure(): DecodeFailure {
    return { code: this.code, message: this.message };
  }
}

/** What libvips says, as one of our codes. Its messages repeat themselves over several lines; the first one tells. */
export function fromVips(thrown: unknown): DecodeError {
  if (thrown instanceof DecodeError) return thrown;
  const message = (messageOf(thrown).split("\n")[0] ?? "").trim();
  if (/exceeds (pixel|32767)|pixel limit|too (large|big)|maximum .*size/i.test(message)) return new DecodeError("too-large", message);
  if (/premature end|truncated|unexpected (end|eof)|read error|bad seek|end of (file|stream)|not enough data/i.test(message))
    return new DecodeError("truncated", message);
  if (
    /samples out of range|not supported|not a whole number|bad labq|unsupported (jpeg data precision|codec|compression|bit|image type)|not (built|implemented)|compression support/i.test(
      message,
    )
  )
    return new DecodeError("unsupported", message);
  return new DecodeError("corrupt", message);
}

/** What the file system says, as one of our codes; anything that is not the file system's passes through. */
export function fromFileSystem(thrown: unknown): unknown {
  if (!(thrown instanceof Error && "code" in thrown && "syscall" in thrown)) return thrown;
  const code = String(thrown.code);
  const message = messageOf(thrown).replace(/, \w+( .*)?$/, "");
  if (code === "EACCES" || code === "EPERM") return new DecodeError("permission", message);
  if (code === "ENOENT" || code === "ENOTDIR") return new DecodeError("missing", message);
  return new DecodeError("unreadable", message);
}
