import { expect, test } from "vitest";

import { chooseByClicks, chooseByGraph } from "#engine/fewshot/choose.ts";
import type { Candidate } from "#engine/fewshot/leave-out.ts";
import type { ModelName } from "#engine/fewshot/models.ts";

function candidate(model: ModelName, features: string, looAccuracy: number | null): Candidate {
  return { model, features, looAccuracy, likelihood: -1, power: 1 };
}

test.each<[string, readonly Candidate[], number, string]>([
  ["clearly best", [candidate("both", "whitened", 0.6), candidate("ridge", "frozen", 0.9)], 100, "ridge frozen"],
  // The standard error at .9 of 16 clicks is .075.
  ["within an error the usual one", [candidate("ridge", "frozen", 0.9), candidate("both", "whitened", 0.84)], 16, "both whitened"],
  ["beyond it the best", [candidate("ridge", "frozen", 0.9), candidate("both", "whitened", 0.82)], 16, "ridge frozen"],
  ["of one model whitened vectors", [candidate("both", "frozen", 0.8), candidate("both", "whitened", 0.8)], 50, "both whitened"],
  ["one alone", [candidate("propagation", "run-1", 0.3)], 9, "propagation run-1"],
])("%s", (_, candidates, clicks, expected) => {
  const { candidate: chosen, why } = chooseByClicks(candidates, clicks);
  expect(`${chosen.model} ${chosen.features}`).toBe(expected);
  expect(why).toContain(`${Math.round(100 * (chosen.looAccuracy ?? 0))} % of ${clicks} clicks are told`);
});

test("vectors that somebody tuned on these classes come first, where nothing is clearly better, with the word of their folds", () => {
  const tuned: Candidate = { ...candidate("ridge", "run-1", 0.84), judgedBy: 40 };
  const near = chooseByClicks([candidate("both", "whitened", 0.88), tuned], 16);
  expect(near.candidate).toBe(tuned);
  expect(near.why).toMatch(/ridge|lines/);
  expect(near.why).toContain("when these vectors were tuned, 84 % of 40 labels that were left out were told");
  expect(chooseByClicks([candidate("both", "whitened", 0.99), tuned], 100).candidate.features).toBe("whitened");
});

test.each<[number, ModelName]>([
  [0.8, "propagation"],
  [0.3, "both"],
  [0.05, "ridge"],
])("at one click a homophily of %f chooses %s", (homophily, expected) => {
  const all = (["both", "propagation", "ridge", "centroid"] as const).flatMap((model) => [candidate(model, "frozen", null), candidate(model, "whitened", null)]); // prettier-ignore
  const sign = { homophily, agreement: 0.5 };
  const { candidate: chosen } = chooseByGraph(all, new Map([["frozen", sign], ["whitened", sign]])); // prettier-ignore
  expect([chosen.model, chosen.features]).toEqual([expected, "whitened"]);
});
