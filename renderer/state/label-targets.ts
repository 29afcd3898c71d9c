/** @file Which pictures a label key is meant for. */
import type { ImageId } from "#protocol/model.ts";

/** The open picture, else what is selected, else the one under the pointer. */
export function labelTargets({
  opened,
  selected,
  pointed,
}: {
  readonly opened: ImageId | null;
  readonly selected: readonly ImageId[];
  readonly pointed: ImageId | null;
}): readonly ImageId[] {
  if (opened !== null) return [opened];
  if (selected.length > 0) return selected;
  return pointed === null ? [] : [pointed];
}
