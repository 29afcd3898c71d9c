/** @file Starting labels from words: of each class the pictures that its name tells most clearly from the other names. Pure. */
import type { ZeroShotLabels } from "#protocol/text-contract.ts";
import type { ImageId } from "#protocol/model.ts";

export interface WordStrip {
  readonly name: string;
  readonly ids: readonly ImageId[];
}

/** Names between commas, semicolons or lines; each once. */
export function namesIn(text: string): string[] {
  const names = text.split(/[,;\n]/u).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** The `count` clearest of each class, the clearest first and of exact copies one; a class that no picture is most like is left out. */
export function stripsOf({ ids, copyOf, labels, margins }: ZeroShotLabels, names: readonly string[], count: number): WordStrip[] {
  return names.flatMap((name, place): WordStrip[] => {
    const its = [...ids.keys()]
      .filter((at) => labels[at] === place && copyOf[at] === ids[at])
      .sort((one, other) => margins[other] - margins[one] || one - other);
    return its.length === 0 ? [] : [{ name, ids: its.slice(0, count).map((at) => ids[at] as ImageId) }];
  });
}
