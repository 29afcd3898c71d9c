/**
 * @file A model in onnxruntime-web in a real browser: a page, the runtime's files, the model and the pictures come from a server on loopback; any other request
 * is a problem.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { root } from "./command-line.ts";

export interface BrowserRun {
  readonly executablePath: string;
  readonly model: Uint8Array;
  /** Of each picture. */
  readonly pixels: readonly Uint8Array[];
  /** Statements that return the input for `pixels`. */
  readonly prepare: string;
  readonly inputName: string;
  readonly outputName: string;
  readonly shape: readonly number[];
  /** Numbers of the output that are a picture's. */
  readonly width: number;
}

const runtime = join(root, "node_modules/onnxruntime-web/dist");
const mediaTypes: Readonly<Record<string, string>> = { mjs: "text/javascript", wasm: "application/wasm", html: "text/html" };

/** The module is imported by the page itself: what a test hands to a page has been through the test's own loader. */
const start = `<!doctype html><title>classifier</title><script type="module">import * as ort from "/ort.wasm.min.mjs"; globalThis.ort = ort;</script>`;

/** Gives [pictures, width], and what the page complained about. */
export async function classifyInBrowser(run: BrowserRun): Promise<{ readonly values: Float32Array; readonly problems: string[] }> {
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    const picture = /^pixels\/(\d+)$/u.exec(name);
    const file = join(runtime, name);
    const body =
      name === ""
        ? start
        : name === "model.onnx"
          ? run.model
          : picture !== null
            ? run.pixels[Number(picture[1])]
            : /^[\w.-]+\.(?:mjs|wasm)$/u.test(name) && existsSync(file)
              ? readFileSync(file)
              : undefined;
    response.writeHead(body === undefined ? 404 : 200, {
      "content-type": name === "" ? "text/html" : (mediaTypes[name.split(".").at(-1) ?? ""] ?? "application/octet-stream"),
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const browser = await chromium.launch({ executablePath: run.executablePath, args: ["--no-sandbox"] });
  const problems: string[] = [];
  try {
    const page = await browser.newPage();
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !/^(?:data|blob):/u.test(request.url())) problems.push(`request to ${request.url()}`);
    });
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => "ort" in globalThis);
    const { prepare, inputName, outputName, shape, width } = run;
    const values = await page.evaluate(
      async ({ base, count, ...given }) => {
        const { ort } = globalThis as unknown as { ort: typeof import("onnxruntime-web") };
        ort.env.wasm.wasmPaths = `${base}/`;
        ort.env.wasm.numThreads = 1;
        const session = await ort.InferenceSession.create(`${base}/model.onnx`, { executionProviders: ["wasm"] });
        const make = new Function("pixels", given.prepare) as (pixels: Uint8Array) => Float32Array;
        const found: number[] = [];
        for (let at = 0; at < count; at++) {
          const pixels = new Uint8Array(await (await fetch(`${base}/pixels/${at}`)).arrayBuffer());
          const made = await session.run({ [given.inputName]: new ort.Tensor("float32", make(pixels), given.shape) });
          found.push(...Array.from(made[given.outputName]?.data as Float32Array).slice(0, given.width));
        }
        return found;
      },
      { base: origin, count: run.pixels.length, prepare, inputName, outputName, shape: [...shape], width },
    );
    return { values: Float32Array.from(values), problems };
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  }
}
