/**
 * @file The development server: Vite serves the pages, and passes what the engine answers (messages and pictures) on to `likeness serve`,
 * with the token added on the way. It listens on loopback like the real server; whoever can reach it can reach the engine.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { createServer, type ProxyOptions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

const engine = spawn(process.execPath, [join(root, "electron", "cli", "main.ts"), "serve", ...process.argv.slice(2)], {
  stdio: ["ignore", "pipe", "inherit"],
});
engine.once("exit", (code) => process.exit(code ?? 1));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => engine.kill(signal));

const address = await firstUrl(engine);
const proxy = passOn(address.origin, address.searchParams.get("token") ?? "");
const server = await createServer({
  configFile: join(root, "renderer", "vite.config.ts"),
  server: { host: "127.0.0.1", proxy: { "/rpc": { ...proxy, ws: true }, "/thumbnail/": proxy, "/image/": proxy } },
});
await server.listen();
server.printUrls();

/** The address that `serve` prints first. */
async function firstUrl(child: ChildProcess): Promise<URL> {
  if (!child.stdout) throw new Error("the engine's output is not piped");
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /https?:\/\/\S+/.exec(line);
    if (match) return new URL(match[0]);
  }
  throw new Error("the engine ended without printing an address");
}

/** The guard of the server sees a request of its own host with the token, as from a program and not from another page. */
function passOn(target: string, token: string): ProxyOptions {
  return {
    target,
    changeOrigin: true,
    headers: { authorization: `Bearer ${token}` },
    configure(passer) {
      const forgetPage = (request: { removeHeader(name: string): void }): void =>
        ["origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"].forEach((name) => request.removeHeader(name));
      passer.on("proxyReq", forgetPage);
      passer.on("proxyReqWs", forgetPage);
    },
  };
}
