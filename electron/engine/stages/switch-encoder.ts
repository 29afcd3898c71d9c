/**
 * @file Which encoder a collection shows. The one before is remembered, with everything that was made with it, so that one step leads back at
 * once.
 */
import { UserError } from "../base/errors.ts";
import type { WriteStore } from "../store/database.ts";
import { deleteProperty, readProperty, writeProperty } from "../store/queries/properties.ts";

/** Call inside a transaction. Nothing happens where it is in use already. */
export function switchEncoder(store: WriteStore, id: string): void {
  const current = readProperty(store, "encoder");
  if (current === id) return;
  if (current !== null) writeProperty(store, "previousEncoder", current);
  writeProperty(store, "encoder", id);
}

/** The encoder that one step leads back to. Throws UserError `nothing-to-revert`. */
export function previousEncoder(store: WriteStore): string {
  const previous = readProperty(store, "previousEncoder");
  if (previous === null)
    throw new UserError(
      "nothing-to-revert",
      "There is no encoder to go back to: the collection has used one only, or went back already. `likeness encoders apply ID` switches to any.",
    );
  return previous;
}

/** Goes back. Call inside a transaction. */
export function revertEncoder(store: WriteStore): void {
  writeProperty(store, "encoder", previousEncoder(store));
  deleteProperty(store, "previousEncoder");
}
