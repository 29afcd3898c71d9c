/** @file What was said to be no duplicate: steps there and back, against a plain list of states; what is set apart is no verified pair any more. */
import { join } from "node:path";

import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { apartSteps, changeApart, listApart, redoApart, undoApart, type ContentPair } from "#engine/store/queries/apart.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { listJudgedPairs, listPairs, pairOf, savePair } from "#engine/store/queries/findings.ts";
import { inTransaction, readAll, write } from "#engine/store/statements.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const contentCount = 4;

function openStore(): { store: WriteStore; reopen: () => WriteStore } {
  const workspace = join(temporaryFolder(), "workspace");
  let opened = openForWriting(workspace);
  onTestFinished(() => opened.close());
  inTransaction(opened.store, () => {
    for (let index = 1; index <= contentCount; index++) {
      const hash = String(index).repeat(32);
      const contentId = saveContent(opened.store, { hash, sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
      const path = Buffer.from(`/p/${index}.jpg`);
      const common = { sizeBytes: 1, modifiedUs: 1, isLink: false, error: null, scanId: 1, outcome: "added" } as const;
      saveFile(opened.store, { ...common, path, state: "image", contentId });
    }
  });
  return {
    store: opened.store,
    reopen: () => {
      opened.close();
      opened = openForWriting(workspace);
      return opened.store;
    },
  };
}

const say = (store: WriteStore, pairs: readonly ContentPair[], apart = true, nowMs = 7): number =>
  changeApart(store, { pairs, apart, what: apart ? "say" : "take back", nowMs });
const stateOf = (store: WriteStore): string[] => listApart(store).map(({ a, b, said_at }) => `${a} ${b} ${said_at}`);

test("a pair that is set apart is no pair for the stages; what the pixels say of it is still known", () => {
  const { store } = openStore();
  savePair(store, { a: 1, b: 2, relation: "same-picture", score: 0.9 }, 5);
  savePair(store, { a: 2, b: 3, relation: "identical-pixels", score: 1 }, 5);
  say(store, [{ a: 2, b: 1 }]);
  expect(listPairs(store, 5)).toEqual([{ a: 2, b: 3, relation: "identical-pixels", score: 1 }]);
  expect(pairOf(store, { a: 1, b: 2 }, 5)).toMatchObject({ relation: "same-picture", score: 0.9 });
  // Judged again by a newer verifier, it stays apart.
  savePair(store, { a: 1, b: 2, relation: "identical-pixels", score: 1 }, 6);
  expect(listPairs(store, 6)).toEqual([]);
  expect(listJudgedPairs(store, 6)).toEqual([{ a: 1, b: 2 }]);
  undoApart(store);
  expect(listPairs(store, 6)).toEqual([{ a: 1, b: 2, relation: "identical-pixels", score: 1 }]);
});

test("only pairs whose pictures are both there are listed; they come back with them", () => {
  const { store } = openStore();
  say(store, [{ a: 1, b: 2 }]);
  write(store, "UPDATE files SET state = 'missing' WHERE content_id = 2");
  expect(stateOf(store)).toEqual([]);
  write(store, "UPDATE files SET state = 'image', path = x'2f71' WHERE content_id = 2");
  expect(stateOf(store)).toEqual(["1 2 7"]);
});

test("steps are undone and redone in another run of the program too; one that changes nothing is none", () => {
  const { store, reopen } = openStore();
  expect([say(store, [{ a: 1, b: 2 }]), say(store, [{ a: 2, b: 1 }], true, 9)]).toEqual([1, 0]);
  expect(say(store, [{ a: 1, b: 2 }], false)).toBe(1);
  expect(stateOf(store)).toEqual([]);
  const again = reopen();
  expect(apartSteps(again)).toEqual({ undo: "take back", redo: null });
  expect(undoApart(again)).toBe("take back");
  expect(stateOf(again)).toEqual(["1 2 7"]);
  expect(apartSteps(again)).toEqual({ undo: "say", redo: "take back" });
  expect([undoApart(again), undoApart(again)]).toEqual(["say", null]);
  expect([redoApart(again), redoApart(again), redoApart(again)]).toEqual(["say", "take back", null]);
});

test("any steps, undone and redone, give the states that a plain list of states gives", () => {
  const pair = fc.record({ a: fc.integer({ min: 1, max: contentCount }), b: fc.integer({ min: 1, max: contentCount }) });
  const pairs = fc.uniqueArray(
    pair.filter(({ a, b }) => a !== b),
    { selector: ({ a, b }) => Math.min(a, b) * 10 + Math.max(a, b), minLength: 1, maxLength: 3 },
  );
  const action = fc.oneof(
    fc.record({ kind: fc.constant("say" as const), pairs, apart: fc.boolean() }),
    fc.constantFrom({ kind: "undo" as const }, { kind: "redo" as const }),
  );
  const { store } = openStore();
  fc.assert(
    fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
      inTransaction(store, () => {
        for (const table of ["apart_pairs", "apart_changes", "apart_steps"]) write(store, `DELETE FROM ${table}`);
      });
      const states: ReadonlySet<string>[] = [new Set()];
      let at = 0;
      for (const each of actions) {
        if (each.kind === "undo") {
          undoApart(store);
          at = Math.max(0, at - 1);
        } else if (each.kind === "redo") {
          redoApart(store);
          at = Math.min(states.length - 1, at + 1);
        } else {
          const next = new Set(states[at]);
          for (const { a, b } of each.pairs) {
            const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
            if (each.apart) next.add(key);
            else next.delete(key);
          }
          const changed = say(store, each.pairs, each.apart);
          expect(changed).toBe([...next].filter((key) => !states[at].has(key)).length + [...states[at]].filter((key) => !next.has(key)).length); // prettier-ignore
          if (changed > 0) states.splice(++at, states.length, next);
        }
        const stored = readAll<ContentPair>(store, "SELECT a, b FROM apart_pairs").map(({ a, b }) => `${a} ${b}`);
        expect(new Set(stored)).toEqual(states[at]);
      }
    }),
    { numRuns: 60 },
  );
});
