/** @file Finds the engine: the page's own, the port that the Electron shell hands over, or the server this page came from. */
import { createClient, type Client } from "#protocol/client.ts";
import { handedPortTransport } from "#protocol/transports/handed-port.ts";
import { reconnectingSocketTransport } from "#protocol/transports/web-socket.ts";

import { bridge } from "./bridge.ts";
import { embeddedClient } from "./engine-client.ts";

export function connect(): Client {
  const host = bridge();
  if (host?.kind === "embedded") return embeddedClient(host);
  if (host?.kind === "electron") return createClient(handedPortTransport(window, () => host.requestEngine()));
  const address = new URL("/rpc", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.hash = "";
  return createClient(reconnectingSocketTransport(() => new WebSocket(address)));
}
