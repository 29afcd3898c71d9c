/**
 * @file Which frame of a file is decoded: the one that was asked for, if it is there.
 */
import { DecodeError } from "./decode-error.ts";

/** @returns from 0 */
export function chooseFrame({ asked, frames, otherwise }: { asked: number | undefined; frames: number; otherwise: number }): number {
  if (asked === undefined) return otherwise;
  if (!Number.isInteger(asked) || asked < 0 || asked >= frames)
    throw new DecodeError("unsupported", `frame ${asked} was asked for; the file has ${frames}, counted from 0`);
  return asked;
}
