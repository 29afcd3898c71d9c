/**
 * @file All ways to train.
 */
import { UserError } from "../../base/errors.ts";
import { byol } from "./byol.ts";
import { calibrated } from "./calibrated.ts";
import { clip } from "./clip.ts";
import { cluster } from "./cluster.ts";
import { dcl } from "./dcl.ts";
import { dclw } from "./dclw.ts";
import { debiased } from "./debiased.ts";
import { dense } from "./dense.ts";
import { diet } from "./diet.ts";
import { distill } from "./distill.ts";
import { hcl } from "./hcl.ts";
import { lejepa } from "./lejepa.ts";
import type { Method } from "./method.ts";
import { moco } from "./moco.ts";
import { simclr } from "./simclr.ts";
import { supcon } from "./supcon.ts";
import { swav } from "./swav.ts";
import { triplet } from "./triplet.ts";

export const methodIds = [
  "simclr", "moco", "byol", "swav", "triplet", "supcon", "dcl", "dclw", "debiased", "hcl", "cluster", "calibrated", "dense", "clip", "diet", "lejepa", "distill",
] as const; // prettier-ignore

export type MethodId = (typeof methodIds)[number];

export const methods: Readonly<Record<MethodId, Method>> = {
  simclr, moco, byol, swav, triplet, supcon, dcl, dclw, debiased, hcl, cluster, calibrated, dense, clip, diet, lejepa, distill,
}; // prettier-ignore

export function isMethodId(name: string): name is MethodId {
  return (methodIds as readonly string[]).includes(name);
}

/** Throws UserError `method-unknown` with the names there are. */
export function methodOf(id: string): Method {
  if (isMethodId(id)) return methods[id];
  throw new UserError("method-unknown", `There is no method "${id}"; expected one of ${methodIds.join(", ")}.`);
}
