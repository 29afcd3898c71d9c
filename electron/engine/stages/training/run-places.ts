/**
 * @file Which content lay at which place of a run's pictures. A plan speaks of places; what is shown of a run later needs the images, and the collection
 * may have changed meanwhile: so the run keeps the hashes, 16 bytes each, in order.
 */
import { join } from "node:path";

import { readIfThere } from "../../base/read-if-there.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { Contents } from "./plan-facts.ts";

export const placesName = "places.bin";
const hashBytes = 16;

/** @param folder of the run */
export function writePlaces(folder: string, contents: Contents): void {
  writeWhole(join(folder, placesName), Buffer.concat(contents.map(({ hash }) => hash.subarray(0, hashBytes))));
}

/** The content's hash (hexadecimal) at each place; null where the run kept none. */
export function readPlaces(folder: string): string[] | null {
  const bytes = readIfThere(join(folder, placesName));
  if (bytes === null) return null;
  return Array.from({ length: Math.floor(bytes.length / hashBytes) }, (_, place) =>
    bytes.toString("hex", place * hashBytes, (place + 1) * hashBytes),
  );
}
