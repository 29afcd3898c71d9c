import { test } from "vitest";

import { cosineRegression } from "#engine/training/losses/cosine-regression.ts";

import * as reference from "../../../reference/losses/others.ts";
import { checkLoss } from "../check-loss.ts";

test("value and gradient, none for the target where it is detached", () =>
  checkLoss({
    shapes: [
      [5, 4],
      [5, 4],
    ],
    fixed: [1],
    build: (operators, [predictions = "", targets = ""]) => cosineRegression(operators, predictions, operators.detach(targets)),
    reference: (predictions, targets) => reference.cosineRegression(predictions, targets),
  }));
