/**
 * @file Which collection the engine has open, so that one which dies comes back with what the person was looking at. Unless opening it is
 * what kills it: after a few deaths in a row the app starts with the welcome page.
 */
import type { Client } from "#protocol/client.ts";

export interface CollectionMemory {
  /** Follows an engine; opens in it what its predecessor had open. `folder`: what the command line asks for, on the first start. */
  follow(client: Client, restarts: number, folder: string | null): Promise<void>;
}

const tries = 3;

export function createCollectionMemory(onProblem: (message: string) => void): CollectionMemory {
  let workspace: string | null = null;

  async function look(client: Client): Promise<void> {
    const state = await client.call("app.state", {});
    workspace = state.collection?.workspace ?? null;
  }

  return {
    async follow(client, restarts, folder) {
      const last = workspace;
      try {
        if (folder !== null) await client.call("collection.openFolder", { path: folder });
        else if (last !== null && restarts <= tries) await client.call("collection.open", { workspace: last });
      } catch (thrown) {
        onProblem(thrown instanceof Error ? thrown.message : String(thrown));
      }
      client.on("changed", ({ what }) => {
        if (what.includes("collection")) look(client).catch(() => undefined);
      });
      await look(client).catch(() => undefined);
    },
  };
}
