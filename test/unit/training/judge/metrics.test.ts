import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { alignment, uniformity } from "#engine/training/judge/alignment-uniformity.ts";
import { collapseAlarms } from "#engine/training/judge/collapse.ts";
import { makeReference, measure } from "#engine/training/judge/measure.ts";
import { nearestOthers } from "#engine/training/judge/nearest.ts";
import { meanDeviation, rankMe } from "#engine/training/judge/rank-me.ts";
import { neighboursKept, viewRetrieval } from "#engine/training/judge/retrieval.ts";
import { mutualShare, orphanShare, witnessTable } from "#engine/training/judge/structure.ts";
import { accuracy, vote, weakLabelKnn } from "#engine/training/judge/vote.ts";

import { slowVotes } from "../../../reference/evaluate.ts";
import { cloudTable, coneTable, goldenViews, rowsOf, tableOf, unit } from "../tables.ts";

describe("golden values (four pictures, two views, three numbers)", () => {
  const { a, b } = goldenViews();
  test("alignment, uniformity, RankMe", () => {
    expect(alignment(a, b)).toBeCloseTo(0.207379417485135, 6);
    expect(uniformity(a, { seed: 1 })).toBeCloseTo(-1.630007584641516, 6);
    expect(rankMe(tableOf([...rowsOf(a), ...rowsOf(b)]))).toBeCloseTo(2.8897162325439347, 6);
  });
});

describe("uniformity", () => {
  test("is 0 for one point, -4 for pictures at right angles", () => {
    expect(uniformity(tableOf([[1, 0], [1, 0], [1, 0]]), { seed: 1 })).toBe(0); // prettier-ignore
    // |x - y|^2 = 2, so exp(-4).
    expect(uniformity(tableOf([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), { seed: 1 })).toBeCloseTo(-4, 12); // prettier-ignore
  });

  test("of a sample of pairs is near that of all, and follows from the seed", () => {
    const table = coneTable(400, 6);
    const all = uniformity(table, { seed: 1 });
    const some = uniformity(table, { seed: 1, maximumPairs: 20_000 });
    expect(some).not.toBe(all);
    expect(Math.abs(some - all)).toBeLessThan(0.03);
    expect(uniformity(table, { seed: 1, maximumPairs: 20_000 })).toBe(some);
    expect(uniformity(table, { seed: 2, maximumPairs: 20_000 })).not.toBe(some);
  });

  test("takes another t, stops on a signal, needs two rows", () => {
    expect(uniformity(tableOf([[1, 0], [0, 1]]), { seed: 1, t: 3 })).toBeCloseTo(-6, 12); // prettier-ignore
    expect(() => uniformity(coneTable(5, 3), { seed: 1, signal: AbortSignal.abort() })).toThrow(CancellationError);
    expect(() => uniformity(coneTable(1, 3), { seed: 1 })).toThrow(BugError);
  });
});

describe("rankMe and meanDeviation", () => {
  test("orthogonal pictures use all directions, equal ones a single one", () => {
    expect(rankMe(tableOf([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))).toBeCloseTo(3, 4); // prettier-ignore
    expect(rankMe(tableOf([[0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]]))).toBeCloseTo(1, 4); // prettier-ignore
    // Two equal singular values out of four possible: fewer rows than dimensions.
    expect(rankMe(tableOf([[1, 0, 0, 0], [0, 0, 0, 1]]))).toBeCloseTo(2, 4); // prettier-ignore
  });

  test("the deviation is 1 / sqrt(d) for isotropic unit vectors and 0 for a point", () => {
    const random = createRandom(1);
    const table = tableOf(Array.from({ length: 4000 }, () => unit(Array.from({ length: 16 }, () => random.normal()))));
    expect(meanDeviation(table)).toBeCloseTo(0.25, 2);
    expect(meanDeviation(tableOf([[0, 1], [0, 1]]))).toBe(0); // prettier-ignore
    // Columns of deviation 1/2 and 0.
    expect(meanDeviation(tableOf([[0, 1], [1, 1]]))).toBeCloseTo(0.25, 12); // prettier-ignore
  });
});

describe("viewRetrieval and neighboursKept", () => {
  test("counts pictures whose other view is the nearest of all", () => {
    const a = tableOf([[1, 0, 0], [0, 1, 0], [0, 0, 1], unit([1, 1, 0])]); // prettier-ignore
    const b = tableOf([unit([3, 1, 0]), unit([1, 2, 0]), [0, 0, 1], unit([1, 0, 1])]);
    // Row 3 of a is nearest to (1, 2, 0), the view of another picture.
    expect(viewRetrieval(a, b)).toBe(0.75);
    expect(viewRetrieval(a, a)).toBe(1);
  });

  test("the share of neighbours kept, by hand", () => {
    const before = { count: 3, k: 2, indices: Int32Array.of(1, 2, 0, 2, 0, 1), similarities: new Float32Array(6) };
    const after = { count: 3, k: 2, indices: Int32Array.of(2, 1, 2, 0, 1, 0), similarities: new Float32Array(6) };
    expect(neighboursKept(before, after, 2)).toBe(1);
    // At k = 1: 1|2, 0|2, 0|1: none.
    expect(neighboursKept(before, after, 1)).toBe(0);
    expect(() => neighboursKept(before, { ...after, count: 2 }, 1)).toThrow(BugError);
  });

  test("random neighbours are kept by chance only", () => {
    const [one, other] = [nearestOthers(coneTable(300, 20, 1), 10), nearestOthers(coneTable(300, 20, 2), 10)];
    expect(neighboursKept(one, one)).toBe(1);
    // 10 of 299 by chance.
    expect(neighboursKept(one, other)).toBeLessThan(0.08);
  });
});

describe("votes", () => {
  test.each([1, 2, 5, 20])("of %i neighbours are those of the slow count", (k) => {
    const { table, labels } = cloudTable({ count: 120, dimensions: 8, classes: 4, spread: 1.5 });
    expect([...vote(nearestOthers(table, k), labels, k)]).toEqual(slowVotes(rowsOf(table), labels, k));
  });

  test("of equally many votes the nearest decides, not the smallest label", () => {
    const graph = { count: 1, k: 4, indices: Int32Array.of(0, 1, 2, 3), similarities: new Float32Array(4) };
    expect([...vote(graph, Int32Array.of(7, 3, 3, 7), 4)]).toEqual([7]);
    expect([...vote(graph, Int32Array.of(3, 7, 3, 7), 4)]).toEqual([3]);
    expect([...vote(graph, Int32Array.of(9, 7, 3, 3), 4)]).toEqual([3]);
  });

  test("accuracy counts equal elements", () => {
    expect(accuracy(Int32Array.of(1, 2, 3, 4), Int32Array.of(1, 2, 0, 0))).toBe(0.5);
  });

  test("weak labels: rows without one and classes of one picture neither ask nor answer", () => {
    const { table, labels } = cloudTable({ count: 60, dimensions: 6, classes: 3, spread: 0.05 });
    expect(weakLabelKnn(table, labels, { k: 5 })).toBe(1);
    // Half of the rows get no label; wrong votes would come from them if they voted.
    const some = labels.map((label, row) => (row % 2 === 0 ? -1 : label));
    some[1] = 99;
    expect(weakLabelKnn(table, some, { k: 5 })).toBe(1);
    expect(weakLabelKnn(table, labels.map(() => -1), { k: 5 })).toBeNull(); // prettier-ignore
    expect(weakLabelKnn(table, labels.map(() => 4), { k: 5 })).toBeNull(); // prettier-ignore
    expect(weakLabelKnn(table, labels.map((label, row) => (row < 9 ? label : -1)), { k: 5 })).toBeNull(); // prettier-ignore
  });
});

describe("collapseAlarms", () => {
  const frozen = { rankMe: 100, deviation: 0.01 };
  test.each([
    ["all is well", { rankMe: 51, deviation: 0.009, dimensions: 100 }, undefined, 0],
    ["a narrow cone stays a narrow cone", { rankMe: 100, deviation: 0.006, dimensions: 100 }, undefined, 0],
    ["rank halved", { rankMe: 49, deviation: 0.01, dimensions: 100 }, undefined, 1],
    ["spread gone", { rankMe: 100, deviation: 0.004, dimensions: 100 }, undefined, 1],
    ["both NaN", { rankMe: NaN, deviation: NaN, dimensions: 100 }, undefined, 2],
    ["SwAV at ln K", { rankMe: 90, deviation: 0.01, dimensions: 100 }, { value: Math.log(300) - 1e-4, blind: Math.log(300) }, 1],
    ["NT-Xent below ln(2B - 1)", { rankMe: 90, deviation: 0.01, dimensions: 100 }, { value: 4, blind: Math.log(127) }, 0],
    ["no loss", { rankMe: 90, deviation: 0.01, dimensions: 100 }, { value: NaN, blind: 5 }, 1],
  ])("%s", (_, now, loss, count) => {
    expect(collapseAlarms({ frozen, now, loss }).length).toBe(count);
  });
});

describe("measure", () => {
  test("gathers what the single metrics say", () => {
    const { table: plain, labels } = cloudTable({ count: 60, dimensions: 8, classes: 3, spread: 0.4 });
    const random = createRandom(9);
    const jittered = (): ReturnType<typeof tableOf> =>
      tableOf(rowsOf(plain).map((row) => unit(row.map((value) => value + 0.05 * random.normal()))));
    const probe = { plain, viewA: jittered(), viewB: jittered() };
    const frozen = coneTable(60, 8);
    const reference = makeReference(frozen, { seed: 1 });
    const progress: number[] = [];
    const metrics = measure(probe, { seed: 1, reference, weakLabels: labels, onProgress: (done) => progress.push(done) });
    const graph = nearestOthers(plain, 20);
    expect(metrics).toEqual({
      viewRetrieval: viewRetrieval(probe.viewA, probe.viewB),
      alignment: alignment(probe.viewA, probe.viewB),
      uniformity: uniformity(plain, { seed: 1 }),
      rankMe: rankMe(plain),
      neighboursKept: neighboursKept(nearestOthers(frozen, 10), graph),
      weakLabelKnn: weakLabelKnn(plain, labels, { k: 5 }),
      deviation: meanDeviation(plain),
      mutual: mutualShare(graph),
      orphans: orphanShare(graph),
      witnessed: neighboursKept(nearestOthers(witnessTable(frozen, { seed: 1 }), 20), graph, 20),
    });
    expect(progress).toEqual([1, 2, 3, 4]);
    const own = measure({ ...probe, plain: frozen }, { seed: 1, reference, weakLabels: null });
    expect([own.neighboursKept, own.weakLabelKnn]).toEqual([1, null]);
  });
});

describe("structure of neighbours", () => {
  test("mutual links and orphans, by hand", () => {
    // 0 <-> 1, 2 -> 0, 3 -> 2: two of four links are answered; nobody chose 3.
    const graph = { count: 4, k: 1, indices: Int32Array.of(1, 0, 0, 2), similarities: new Float32Array(4) };
    expect([mutualShare(graph, 1), orphanShare(graph, 1)]).toEqual([0.5, 0.25]);
  });

  test("only the first k neighbours count", () => {
    const graph = { count: 3, k: 2, indices: Int32Array.of(1, 2, 0, 2, 0, 1), similarities: new Float32Array(6) };
    expect([mutualShare(graph, 2), orphanShare(graph, 2)]).toEqual([1, 0]);
    expect([mutualShare(graph, 1), orphanShare(graph, 1)]).toEqual([2 / 3, 1 - 2 / 3]);
  });

  test("the witness sees the second half only", () => {
    const table = coneTable(40, 9);
    const changed = { ...table, values: table.values.map((value, at) => (at % 9 < 4 ? -value : value)) };
    expect(witnessTable(changed, { seed: 1 })).toEqual(witnessTable(table, { seed: 1 }));
    expect(() => witnessTable(coneTable(5, 1), { seed: 1 })).toThrow(BugError);
    // A half that is all 0, as behind an adapter of more numbers than there are pictures.
    const narrow = tableOf(rowsOf(coneTable(30, 4)).map((row) => [...row, 0, 0, 0, 0]));
    expect(witnessTable(narrow, { seed: 1 }).count).toBe(30);
  });
});
