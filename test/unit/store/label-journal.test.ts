import { join } from "node:path";

import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { nextRedo, nextUndo, redoStep, takeStep, undoStep } from "#engine/store/queries/label-journal.ts";
import { createProject, listClasses, listKeptLabels, listLabels } from "#engine/store/queries/labels.ts";
import { inTransaction, write } from "#engine/store/statements.ts";
import { labelSources, type LabelSource } from "#protocol/label-model.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const contentCount = 4;

function openStore(workspace = join(temporaryFolder(), "workspace")): { store: WriteStore; workspace: string; reopen: () => WriteStore } {
  let opened = openForWriting(workspace);
  onTestFinished(() => opened.close());
  inTransaction(opened.store, () => {
    for (let index = 0; index < contentCount; index++)
      saveContent(opened.store, { hash: String(index).repeat(32), sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
  });
  return {
    store: opened.store,
    workspace,
    reopen: () => {
      opened.close();
      opened = openForWriting(workspace);
      return opened.store;
    },
  };
}

function stateOf(store: WriteStore, project: number): unknown {
  return { classes: listClasses(store, project), labels: listLabels(store, project), kept: listKeptLabels(store, project) };
}

const step = (projectId: number, what = "a step") => ({ projectId, what, nowMs: 7 });

test("a step is undone and redone, in another run of the program too; one that changes nothing is none", () => {
  const { store, reopen } = openStore();
  const project = createProject(store, "one", 1);
  let cat = 0;
  takeStep(store, step(project, "make cat"), (work) => (cat = work.addClass({ name: "cat", colour: 255, key: 1, kind: "normal" })));
  const label = (current: WriteStore): boolean =>
    takeStep(current, step(project, "label two"), (work) =>
      work.label(
        [
          { contentId: 1, classId: cat },
          { contentId: 2, classId: cat },
        ],
        "clicked",
      ),
    );
  expect([label(store), label(store)]).toEqual([true, false]);
  const labelled = stateOf(store, project);
  expect(listLabels(store, project)).toEqual([
    { contentId: 1, classId: cat, source: "clicked" },
    { contentId: 2, classId: cat, source: "clicked" },
  ]);
  const later = reopen();
  expect(undoStep(later, project)).toBe("label two");
  expect(listLabels(later, project)).toEqual([]);
  const again = reopen();
  expect([nextUndo(again, project)?.what, nextRedo(again, project)?.what]).toEqual(["make cat", "label two"]);
  expect(redoStep(again, project)).toBe("label two");
  expect(stateOf(again, project)).toEqual(labelled);
  expect([undoStep(again, project), undoStep(again, project), undoStep(again, project)]).toEqual(["label two", "make cat", null]);
  expect(stateOf(again, project)).toEqual({ classes: [], labels: [], kept: [] });
});

test("classes may exchange names and keys in one step, and one that was removed comes back with its number and its labels", () => {
  const { store } = openStore();
  const project = createProject(store, "one", 1);
  const ids: number[] = [];
  takeStep(store, step(project), (work) => {
    for (const [at, name] of ["cat", "dog"].entries()) ids.push(work.addClass({ name, colour: at, key: at + 1, kind: "normal" }));
    work.label([{ contentId: 1, classId: ids[0] }], "clicked");
  });
  const before = stateOf(store, project);
  takeStep(store, step(project), (work) => {
    work.changeClass(ids[0], { name: "x", key: null });
    work.changeClass(ids[1], { name: "cat", key: 1 });
    work.changeClass(ids[0], { name: "dog", key: 2 });
  });
  takeStep(store, step(project), (work) => {
    work.label([{ contentId: 1, classId: null }], "clicked");
    work.removeClass(ids[0]);
  });
  expect(listClasses(store, project).map(({ id, name }) => [id, name])).toEqual([[ids[1], "cat"]]);
  undoStep(store, project);
  undoStep(store, project);
  expect(stateOf(store, project)).toEqual(before);
  redoStep(store, project);
  expect(listClasses(store, project).map(({ name, key }) => [name, key])).toEqual([
    ["dog", 2],
    ["cat", 1],
  ]);
});

test("a label that is kept stays so when the same class is given again, and not when another is", () => {
  const { store, reopen } = openStore();
  const project = createProject(store, "one", 1);
  const ids: number[] = [];
  const label = (current: WriteStore, classId: number | null, source: LabelSource): boolean =>
    takeStep(current, step(project), (work) => work.label([{ contentId: 1, classId }], source));
  takeStep(store, step(project), (work) => {
    for (const [at, name] of ["cat", "dog"].entries()) ids.push(work.addClass({ name, colour: at, key: at + 1, kind: "normal" }));
    work.label([{ contentId: 1, classId: ids[0] }], "clicked");
  });
  const keep = (current: WriteStore): boolean => takeStep(current, step(project, "keep"), (work) => work.keep([1, 2]));
  expect([keep(store), keep(store)]).toEqual([true, false]);
  // Content 2 has no label that could be kept.
  expect(listKeptLabels(store, project)).toEqual([1]);
  expect(undoStep(store, project)).toBe("keep");
  expect(listKeptLabels(store, project)).toEqual([]);
  const later = reopen();
  expect(redoStep(later, project)).toBe("keep");
  expect(listKeptLabels(later, project)).toEqual([1]);
  label(later, ids[0], "imported-csv");
  expect(listKeptLabels(later, project)).toEqual([1]);
  label(later, ids[1], "clicked");
  expect(listKeptLabels(later, project)).toEqual([]);
  label(later, ids[0], "clicked");
  expect(listKeptLabels(later, project)).toEqual([]);
  undoStep(later, project);
  undoStep(later, project);
  expect(listKeptLabels(later, project)).toEqual([1]);
});

test("a step of an earlier version, which says nothing of keeping, is undone as a label that is not kept", () => {
  const { store } = openStore();
  const project = createProject(store, "one", 1);
  let cat = 0;
  takeStep(store, step(project), (work) => {
    cat = work.addClass({ name: "cat", colour: 0, key: 1, kind: "normal" });
    work.label([{ contentId: 1, classId: cat }], "clicked");
  });
  takeStep(store, step(project), (work) => work.label([{ contentId: 1, classId: null }], "clicked"));
  write(store, "UPDATE label_changes SET before = ? WHERE before IS NOT NULL", JSON.stringify([cat, "clicked", 7]));
  undoStep(store, project);
  expect(stateOf(store, project)).toMatchObject({ labels: [{ contentId: 1, classId: cat }], kept: [] });
});

test("a step that throws leaves nothing", () => {
  const { store } = openStore();
  const project = createProject(store, "one", 1);
  const wrong = (): unknown =>
    takeStep(store, step(project), (work) => {
      work.addClass({ name: "cat", colour: 0, key: 1, kind: "normal" });
      work.addClass({ name: "cat", colour: 0, key: 2, kind: "normal" });
    });
  expect(wrong).toThrow(/UNIQUE/);
  expect([listClasses(store, project), nextUndo(store, project)]).toEqual([[], undefined]);
});

type Action =
  | { readonly kind: "undo" }
  | { readonly kind: "redo" }
  | { readonly kind: "add"; readonly name: number }
  | { readonly kind: "rename"; readonly which: number; readonly name: number }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "keep"; readonly contents: readonly number[] }
  | { readonly kind: "label"; readonly which: number; readonly contents: readonly number[]; readonly source: LabelSource };

const some = fc.nat(5);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Action>({ kind: "undo" }, { kind: "redo" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("add" as const), name: some }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rename" as const), which: some, name: some }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), which: some }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("keep" as const),
      contents: fc.array(fc.integer({ min: 1, max: contentCount }), { maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("label" as const),
      which: some,
      contents: fc.array(fc.integer({ min: 1, max: contentCount }), { maxLength: 6 }),
      source: fc.constantFrom(...labelSources),
    }),
  },
);

/** Does one action, which may be impossible, and says whether a step was taken. */
function act(store: WriteStore, project: number, what: Action): boolean {
  if (what.kind === "undo" || what.kind === "redo") return false;
  const classes = listClasses(store, project);
  const named = (name: number): boolean => classes.some((each) => each.name === `class ${name}`);
  return takeStep(store, step(project), (work) => {
    if (what.kind === "add") {
      if (!named(what.name)) work.addClass({ name: `class ${what.name}`, colour: 0, key: null, kind: "normal" });
      return;
    }
    if (what.kind === "keep") return work.keep(what.contents);
    const id = classes[what.which % Math.max(1, classes.length)]?.id ?? null;
    if (what.kind === "rename") {
      if (id !== null && !named(what.name)) work.changeClass(id, { name: `class ${what.name}` });
    } else if (what.kind === "label") {
      // The last class of the numbers stands for "no label".
      const classId = what.which === 5 ? null : id;
      work.label(what.contents.map((contentId) => ({ contentId, classId })), what.source); // prettier-ignore
    } else if (what.kind === "remove" && id !== null) {
      const its = listLabels(store, project).filter(({ classId }) => classId === id);
      work.label(its.map(({ contentId }) => ({ contentId, classId: null })), "clicked"); // prettier-ignore
      work.removeClass(id);
    }
  });
}

test("undo and redo walk through the very states that were there, whatever was done", () => {
  const { store } = openStore();
  let number = 0;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      const project = createProject(store, `project ${number++}`, 1);
      const states = [stateOf(store, project)];
      let at = 0;
      for (const each of actions) {
        if (each.kind === "undo") {
          expect(undoStep(store, project) === null).toBe(at === 0);
          at = Math.max(0, at - 1);
        } else if (each.kind === "redo") {
          expect(redoStep(store, project) === null).toBe(at === states.length - 1);
          at = Math.min(states.length - 1, at + 1);
        } else if (act(store, project, each)) {
          states.splice(at + 1);
          states.push(stateOf(store, project));
          at++;
        }
        expect(stateOf(store, project)).toEqual(states[at]);
      }
    }),
    { numRuns: 60 },
  );
});
