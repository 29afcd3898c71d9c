import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

test("runs that were there have no name and no decision; a decision is one of three", () => {
  const sqlite = migratedTo(7);
  sqlite
    .prepare("INSERT INTO runs (id, method, base, trainable, request, created_at) VALUES ('run-1', 'simclr', 'some', 'all', '{}', 7)")
    .run();
  expect(sqlite.prepare("SELECT name, decision FROM runs").get()).toEqual({ name: "", decision: null });
  const decide = sqlite.prepare("UPDATE runs SET decision = ?");
  decide.run("kept");
  expect(() => decide.run("liked")).toThrow(/CHECK/);
});
