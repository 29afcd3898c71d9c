/** @file Finds the engine: the page's own, the port that the Electron shell hands over, or the server this page came from. */
import { bridge } from "./bridge.ts";
import { embeddedClient, type EngineClient } from "./engine-client.ts";

export async function connect(): Promise<EngineClient> {
  const host = bridge();
  if (host?.kind === "embedded") return embeddedClient(host);
  throw new Error("No engine to talk to.");
}
