/** @file Saved views: kept with the workspace, named once, deleted and brought back, and a key of selections. */
import { expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { selectImages } from "#engine/views/select/select-images.ts";
import type { SavedView } from "#protocol/view-contract.ts";
import { makeCollection } from "../../bench/make-collection.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function opened(home: string): Promise<Engine> {
  const engine = await createEngine({ dataFolder: home });
  await engine.open(`${home}/workspace`, "write");
  return engine;
}

const names = (views: readonly SavedView[]): string[] => views.map(({ name }) => name);
const plain = { search: "", sort: "date", view: "library" };

test("views are saved, renamed, deleted and brought back, and are there after a restart", async () => {
  const home = temporaryFolder("saved-views");
  await makeCollection(`${home}/workspace`, 60);
  let engine = await opened(home);
  const told: string[] = [];
  engine.subscribe((name, value) => name === "changed" && "what" in value && told.push(value.what.join()));
  const call = engine.handlers;
  const { context } = engine;
  const { id } = await call["views.save"]({ name: "  Summer ", query: "date:2018-06..2018-08", ...plain }, context);
  await call["views.save"]({ name: "Autumn", query: "date:2018-09..2018-11", ...plain, search: "leaves" }, context);
  expect(told).toEqual(["views", "views"]);
  const again = await call["views.save"]({ name: "SUMMER", query: "camera:*", ...plain }, context);
  expect([again.id, names(again.views), again.views[1]?.query]).toEqual([id, ["Autumn", "SUMMER"], "camera:*"]);
  expect(() => call["views.rename"]({ id, name: "autumn" }, context)).toThrow(/"SUMMER" cannot be called "autumn"/);
  expect(() => call["views.rename"]({ id, name: " " }, context)).toThrow(/1 to 200 characters/);
  expect(() => call["views.save"]({ name: "x", query: '"open', ...plain }, context)).toThrow(/never closed/);
  expect(names((await call["views.rename"]({ id, name: "Hot days" }, context)).views)).toEqual(["Autumn", "Hot days"]);
  expect(names((await call["views.delete"]({ id }, context)).views)).toEqual(["Autumn"]);
  expect(() => call["views.delete"]({ id }, context)).toThrow(/no saved view/);
  await call["views.save"]({ name: "hot days", query: "", ...plain }, context);
  expect(names((await call["views.restore"]({ id }, context)).views)).toEqual(["Autumn", "hot days", "Hot days (2)"]);
  expect(() => call["views.restore"]({ id: 99 }, context)).toThrow(/no deleted view 99/);
  await engine.close();
  engine = await opened(home);
  const { views } = await engine.handlers["views.list"]({}, engine.context);
  expect(views.map(({ name, query, search }) => [name, query, search])).toEqual([
    ["Autumn", "date:2018-09..2018-11", "leaves"],
    ["hot days", "", ""],
    ["Hot days (2)", "camera:*", ""],
  ]);
  await engine.close();
});

test("a selection may name views, which may name others and never themselves", async () => {
  const home = temporaryFolder("saved-views");
  await makeCollection(`${home}/workspace`, 300);
  const engine = await opened(home);
  const collection = engine.requireCollection();
  const save = (name: string, query: string): unknown => engine.handlers["views.save"]({ name, query, ...plain }, engine.context);
  save("Three", "camera:*3");
  save("Four, or so", "camera:*4");
  save("Both", 'view:three,"four, or so" format:jpeg');
  const select = (query: string): number[] => [...selectImages(collection, query, null)];
  expect(select("view:both")).toEqual(select("camera:*3,*4 format:jpeg"));
  expect(select("view:both").length).toBeGreaterThan(0);
  expect(select("-view:Three camera:*3,*4")).toEqual(select("camera:*4"));
  save("Three", "view:both");
  expect(() => select("view:both")).toThrow(/defined by itself/);
  expect(() => select("view:Five")).toThrow(/known: Both, Four, or so, Three/);
  await engine.close();
});
