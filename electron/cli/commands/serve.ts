/**
 * @file `likeness serve`: the app in a browser, from this machine only.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";

import { UserError } from "../../engine/engine.ts";
import { wholeNumber, type Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withEngine } from "../session.ts";

export const serveCommand: Command = {
  name: "serve",
  usage: "[FOLDER] [--port N] [--open]",
  summary: "Serve the app to a browser on this machine; prints the URL with its token.",
  options: {
    port: { type: "string", value: "N", help: "the port; any free one without it" },
    open: { type: "boolean", help: "open the browser" },
  },
  positionals: [0, 1],
  run: (input) =>
    withEngine(
      async (engine) => {
        const folder = input.positionals[0] === undefined ? null : resolve(input.positionals[0]);
        if (folder !== null && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
          throw new UserError("not-a-folder", `${folder} is not a folder; expected a folder of images.`);
        const port = wholeNumber(input, "port", 0, 0, 65535);
        const { startServer } = await import("../../server/server.ts");
        // The URL first: the app shows itself at once and indexing happens inside it.
        const server = await startServer({ engine, port });
        printResult(input.json, { url: server.url, token: server.token }, () => [server.url]);
        if (input.values["open"] === true) (await import("../../server/open-browser.ts")).openBrowser(server.url);
        if (folder !== null) {
          await engine.openForFolder(folder, input.workspace === null ? null : resolve(input.workspace));
          engine.index([folder]);
          engine.announce();
        } else if (input.workspace !== null) {
          await engine.open(resolve(input.workspace), "write");
          engine.announce();
          // What every view stands on is made while the browser starts.
          setImmediate(() => engine.collection?.catalogue());
        }
        await new Promise<void>((done) => {
          // One stop may arrive several times (from the terminal and from npm); the later ones must not cut the closing short.
          process.on("SIGINT", () => done());
          process.on("SIGTERM", () => done());
        });
        process.stderr.write("Stopping; what was found so far is kept.\n");
        await server.close();
        return 0;
      },
      { watch: true },
    ),
};
