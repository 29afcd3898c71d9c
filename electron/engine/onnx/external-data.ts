/**
 * @file Weights that lie beside the model in files of their own (large exports). A model from a stranger names those files, so nothing outside
 * the model's folder is opened: no absolute path, no way up, no link that leads out.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";

import { UserError, messageOf } from "../base/errors.ts";
import { byteLength } from "./element-type.ts";
import type { Model, Tensor } from "./model.ts";
import { mapTensors } from "./map-tensors.ts";
import { elementCount } from "./tensor-values.ts";

/**
 * The model with its external tensors read.
 * @param folder of the ONNX file; null: a model without one (from memory), where external data are refused
 */
export function readExternalData(model: Model, folder: string | null): Model {
  return mapTensors(model, (tensor) => (tensor.external === null ? tensor : readOne(tensor, tensor.external, folder)));
}

function readOne(tensor: Tensor, external: ReadonlyMap<string, string>, folder: string | null): Tensor {
  const location = external.get("location") ?? "";
  const refuse = (why: string): never => {
    throw new UserError("onnx-external", `The weights of ${tensor.name} lie in "${location}": ${why}`);
  };
  if (folder === null) return refuse("expected them inside the model.");
  const expected = byteLength(tensor.elementType, elementCount(tensor.dimensions));
  const offset = wholeNumber(external.get("offset") ?? "0");
  const length = wholeNumber(external.get("length") ?? String(expected));
  if (offset === null || length !== expected)
    return refuse(`offset ${external.get("offset") ?? "0"} and length ${external.get("length") ?? ""}; expected ${expected} bytes.`);
  let descriptor: number;
  try {
    descriptor = openSync(
      confined(folder, location) ?? refuse("expected a file in the model's own folder."),
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0),
    );
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    return refuse(`it cannot be opened (${messageOf(thrown)}). Put it beside the model.`);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return refuse("it is not a file.");
    if (offset + length > stats.size) return refuse(`it has ${stats.size} bytes; expected ${length} from byte ${offset} on.`);
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const read = readSync(descriptor, bytes, filled, length - filled, offset + filled);
      if (read === 0) return refuse("it ended while it was read.");
      filled += read;
    }
    return { ...tensor, bytes, external: null };
  } finally {
    closeSync(descriptor);
  }
}

/** The real path of a file inside `folder`; null for anything else. */
function confined(folder: string, location: string): string | null {
  if (location === "" || location.includes("\0") || isAbsolute(location) || /^[A-Za-z]:|^[\\/]/.test(location)) return null;
  const home = realpathSync(folder);
  const real = realpathSync(join(home, location));
  const inside = relative(home, real);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? null : real;
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
