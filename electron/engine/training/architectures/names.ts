/**
 * @file Names of the nets that can be trained from nothing, without what builds them: whoever only checks a name need not load that.
 */

export const architectureNames = ["resnet18", "efficientnet-lite0", "resnet-small", "mobilenet-small", "vit-tiny"] as const;
export type ArchitectureName = (typeof architectureNames)[number];

/** Begins what a run is trained from, where that is no encoder. */
export const scratchPrefix = "scratch:";

export function isArchitectureName(name: string): name is ArchitectureName {
  return (architectureNames as readonly string[]).includes(name);
}
