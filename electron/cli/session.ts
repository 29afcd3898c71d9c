/**
 * @file Opens the collection a command works on and closes everything afterwards.
 */
import { resolve } from "node:path";

import { createEngine, UserError, type Engine, type EngineOptions } from "../engine/engine.ts";
import type { CommandInput } from "./arguments.ts";

/** Runs `work` with the collection of --workspace, or the last one, open for reading. */
export function withCollection<T>(input: CommandInput, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngine(async (engine) => {
    await engine.open(chooseWorkspace(engine, input), "read");
    return work(engine);
  });
}

/** Opens the collection of --workspace, or the last one where there is one, for reading. */
export async function openIfAny(engine: Engine, input: CommandInput): Promise<void> {
  if (input.workspace !== null || engine.recent.last() !== null) await engine.open(chooseWorkspace(engine, input), "read");
}

export async function withEngine<T>(work: (engine: Engine) => Promise<T>, options: EngineOptions = {}): Promise<T> {
  const engine = await createEngine(options);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

export function chooseWorkspace(engine: Engine, input: CommandInput): string {
  const workspace = input.workspace !== null ? resolve(input.workspace) : engine.recent.last();
  if (workspace === null)
    throw new UserError(
      "workspace-missing",
      "There is no collection yet: run `likeness index FOLDER` first, or name one with --workspace DIR.",
    );
  return workspace;
}
