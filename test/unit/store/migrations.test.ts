import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import Database from "better-sqlite3";
import { expect, test } from "vitest";

import { migrate, migrations, newestVersion } from "#engine/store/migrations/table.ts";

const folder = join(import.meta.dirname, "../../../electron/engine/store/migrations");

test("every migration file is in the table, in the order of its number, and has a test of its name", () => {
  const files = readdirSync(folder)
    .filter((name) => /^\d{3}-/.test(name))
    .sort();
  expect(migrations.map((migration) => `${migration.name}.ts`)).toEqual(files);
  for (const name of files)
    expect(existsSync(join(import.meta.dirname, "migrations", name.replace(".ts", ".test.ts"))), `a test for ${name}`).toBe(true);
});

test("migrating step by step gives the same schema as migrating at once", () => {
  const schema = (sqlite: Database.Database): unknown => sqlite.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const atOnce = new Database(":memory:");
  migrate(atOnce, "memory");
  const stepwise = new Database(":memory:");
  for (let version = 1; version <= newestVersion; version++) migrate(stepwise, "memory", version);
  expect(schema(stepwise)).toEqual(schema(atOnce));
  migrate(atOnce, "memory");
  expect(atOnce.pragma("user_version", { simple: true })).toBe(newestVersion);
});

test("a migration that fails leaves the database as it was", () => {
  const sqlite = new Database(":memory:");
  migrate(sqlite, "memory", 1);
  sqlite.exec("CREATE TABLE encoders (wrong)");
  expect(() => migrate(sqlite, "memory")).toThrow(/already exists/);
  expect(sqlite.pragma("user_version", { simple: true })).toBe(1);
});
