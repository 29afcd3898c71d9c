/**
 * @file The whole app as a person gets it in a browser: the command line serves it, Chromium opens the URL it printed.
 */
import { once } from "node:events";

import { chromium, type Browser, type Page } from "playwright-core";
import { afterEach, beforeEach } from "vitest";

import { startCommand } from "./command-line.ts";

export interface ServedApp {
  readonly url: string;
  readonly browser: Browser;
  /** Process number of the engine. */
  readonly process: number;
  /** Errors that any page wrote to its console or threw. */
  readonly problems: string[];
  open(options?: { colours?: "dark" | "light"; width?: number; height?: number }): Promise<Page>;
  /** Stops with SIGTERM and gives the exit status. */
  close(): Promise<number | null>;
}

/** @param args of `likeness serve` */
export async function serveApp(executablePath: string, dataFolder: string, args: readonly string[] = []): Promise<ServedApp> {
  const child = startCommand(["serve", ...args], dataFolder);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const found = /http:\/\/\S+/.exec(text);
      if (found) resolve(found[0]);
    });
    child.once("exit", (code) => reject(new Error(`likeness serve ended with ${code}: ${said}`)));
  });
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  });
  const problems: string[] = [];
  return {
    url,
    browser,
    process: child.pid ?? 0,
    problems,
    open: async ({ colours = "dark", width = 1280, height = 800 } = {}) => {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: colours });
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
          problems.push(`request to ${request.url()}`);
      });
      await page.goto(url);
      return page;
    },
    close: async () => {
      await browser.close();
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

/** Opens a collection that the welcome screen shows, by the name of its folder. */
export async function openRecent(page: Page, name: string): Promise<void> {
  await page
    .getByRole("button", { name: new RegExp(name, "u") })
    .first()
    .click();
  await page.locator("[data-id] img").first().waitFor();
}

/**
 * The tests around this call are the steps of one visit: after one that failed the rest cannot succeed and is left out, and the failure says what the page
 * showed.
 */
export function inSteps(page: () => Page): void {
  let isLost = false;
  beforeEach((context) => {
    if (isLost) context.skip("a step before failed");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    isLost = true;
    const shown = await page().locator("body").innerText({ timeout: 5000 });
    throw new Error(`After the failure the page shows: ${shown.replace(/\n+/gu, " | ").slice(0, 1500)}`);
  });
}

/** From the welcome screen, by the folder's path. */
export async function openByPath(page: Page, folder: string): Promise<void> {
  await page.getByRole("button", { name: /choose a folder/i }).click();
  const dialog = page.getByRole("dialog");
  const path = dialog.getByRole("textbox").first();
  await path.fill(folder);
  await path.press("Enter");
  await dialog.getByRole("button", { name: /^open/i }).click();
  await dialog.waitFor({ state: "detached" });
}
