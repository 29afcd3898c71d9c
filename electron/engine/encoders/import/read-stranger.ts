/**
 * @file A stranger's ONNX file as one model with everything in it: weights from files beside it, functions put in place, each value checked to be
 * made once and before its use.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { UserError, messageOf } from "../../base/errors.ts";
import { checkModel } from "../../onnx/check-graph.ts";
import { readExternalData } from "../../onnx/external-data.ts";
import { inlineFunctions } from "../../onnx/inline-functions.ts";
import { onnxLimits } from "../../onnx/limits.ts";
import type { Model } from "../../onnx/model.ts";
import { readModel } from "../../onnx/read.ts";

/** Versions of ONNX's operators whose meaning is known to the shape rules and gradients. */
export const opsetBounds = [11, 21] as const;

export interface StrangersModel {
  readonly model: Model;
  /** Of the file itself, without what lies beside it. */
  readonly sha256: string;
}

/** Throws UserError `onnx-damaged`, `onnx-external`, `onnx-unsupported` or `encoder-file`. */
export function readStrangersModel(path: string): StrangersModel {
  const bytes = readWhole(path);
  const model = inlineFunctions(readExternalData(readModel(bytes), dirname(path)));
  checkModel(model);
  checkOpset(model);
  return { model, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function readWhole(path: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new UserError("encoder-file", `${path} is no file; expected an ONNX file.`);
    if (stats.size > onnxLimits.bytes)
      throw new UserError("encoder-file", `${path} has ${stats.size} bytes; expected at most ${onnxLimits.bytes}.`);
    return new Uint8Array(readFileSync(path));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError("encoder-file", `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function checkOpset({ opsets }: Model): void {
  const [oldest, newest] = opsetBounds;
  const version = opsets.get("");
  if (version === undefined || version < oldest || version > newest)
    throw new UserError(
      "onnx-unsupported",
      `The model is written for version ${version ?? "(none)"} of ONNX's operators; expected ${oldest} to ${newest}. Export it again with one of these.`,
    );
}
