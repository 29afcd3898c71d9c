/** @file Labelling by keys, wherever pictures are looked at: 1 to 9 give a class, 0 takes it away, and every step can be undone. */
import type { ImageId } from "#protocol/model.ts";

import { images } from "../state/images.svelte.ts";
import { labelTargets } from "../state/label-targets.ts";
import { labels } from "../state/labels.svelte.ts";
import { notices } from "../state/notices.svelte.ts";
import { pointed } from "../state/pointed.svelte.ts";
import { route, type ViewName } from "../state/route.svelte.ts";
import { selection } from "../state/selection.svelte.ts";
import { viewer } from "../state/viewer.svelte.ts";
import { cutMiddle } from "../widgets/format.ts";
import type { MenuItem } from "../widgets/menu.ts";
import type { Command } from "./commands.ts";

const keys = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
/** Elsewhere number keys mean something else, or there is no picture to mean. */
const labelling: readonly ViewName[] = ["library", "map", "similar", "classes"];

labels.onMade = (made) =>
  notices.tell(
    `Key ${made.key ?? ""} gives a new class now, ${made.name}.`,
    { label: "Name it", run: () => nameClass(made.id) },
    "new class",
  );

export function labelCommands(): Command[] {
  const steps: Command[] = [
    { id: "undo", title: withWhat("Undo", labels.project?.undo), group: "Classes", icon: "undo", keys: "Ctrl+Z", run: () => labels.undo() },
    {
      id: "redo",
      title: withWhat("Redo", labels.project?.redo),
      group: "Classes",
      icon: "undo",
      keys: "Shift+Ctrl+Z",
      run: () => labels.redo(),
    },
  ];
  if (!labelling.includes(route.view) && viewer.id === null) return steps;
  const give = keys.map((key): Command => {
    const known = labels.classOfKey(key);
    return {
      id: `label-${key}`,
      title: known === null ? `Label as a new class, for key ${key}` : `Label ${known.name}`,
      group: "Classes",
      icon: "classes",
      keys: String(key),
      run: () => onTargets((ids) => labels.labelByKey(ids, key)),
    };
  });
  const take: Command = {
    id: "label-none",
    title: "Take the label off",
    group: "Classes",
    icon: "classes",
    keys: "0",
    run: () => onTargets((ids) => labels.label(ids, null)),
  };
  return [...give, take, ...steps];
}

/** The choices of a menu that labels what keys would label. */
export function labelItems(): MenuItem[] {
  const classes = labels.project?.classes ?? [];
  return [
    ...classes.map((each): MenuItem => ({
      label: each.name,
      colour: each.colour,
      ...(each.key !== null && { note: String(each.key) }),
      run: () => onTargets((ids) => labels.label(ids, each)),
    })),
    ...newClassItem(),
    { label: "No label", icon: "close", note: "0", separated: true, run: () => onTargets((ids) => labels.label(ids, null)) },
  ];
}

/** Opens the place where a class is named. */
export function nameClass(id: number): void {
  viewer.close();
  route.go("classes", `name-${id}`);
}

function newClassItem(): MenuItem[] {
  const free = keys.find((key) => labels.classOfKey(key) === null);
  if (free === undefined) return [];
  return [
    {
      label: "A new class",
      icon: "plus",
      note: String(free),
      separated: true,
      run: () => onTargets((ids) => labels.labelByKey(ids, free)),
    },
  ];
}

function onTargets(work: (ids: readonly ImageId[]) => void): void {
  const ids = labelTargets({ opened: viewer.id, selected: selection.ids(), pointed: pointed.id });
  if (ids.length === 0) return notices.tell("Choose a picture first, or point at one: the key labels it.");
  work(ids);
  // What is selected may be out of sight while the pointer rests on another picture.
  const [only] = ids;
  if (ids.length === 1 && only !== undefined && viewer.id === null && pointed.id !== null && pointed.id !== only)
    notices.tell(`The key was for ${cutMiddle(images.nameOf(images.indexOf(only)), 40)}, which is selected.`, {
      label: "Undo",
      run: () => labels.undo(),
    });
}

function withWhat(what: string, step: string | null | undefined): string {
  return step === null || step === undefined ? `${what} a step of labelling` : `${what}: ${step}`;
}
