import { test } from "vitest";

import { viewSpread } from "#engine/training/losses/view-spread.ts";

import * as reference from "../../../reference/losses/others.ts";
import { checkLoss } from "../check-loss.ts";

for (const views of [2, 4])
  test(`value and gradient, ${views} views`, () =>
    checkLoss({
      shapes: [[3 * views, 4]],
      units: [false],
      build: (operators, [z = ""]) => viewSpread(operators, z, views),
      reference: (z) => reference.viewSpread(z, views),
    }));
