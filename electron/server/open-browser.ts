/** @file Opens a URL in the person's browser where there is one. Never throws: the URL is printed anyway. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface BrowserOpener {
  readonly command: string;
  readonly arguments: readonly string[];
}

/** The system's way to open a URL, or null where there is none (no desktop). */
export function browserOpener(
  url: string,
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): BrowserOpener | null {
  if (!/^http:\/\/127\.0\.0\.1:\d+\/[\w?=&-]*$/.test(url)) return null;
  if (platform === "darwin") return { command: "/usr/bin/open", arguments: [url] };
  // Not `cmd /c start`: a URL may hold characters that a shell reads.
  if (platform === "win32") return { command: "rundll32", arguments: ["url.dll,FileProtocolHandler", url] };
  const hasDesktop = [environment["DISPLAY"], environment["WAYLAND_DISPLAY"]].some((display) => display !== undefined && display !== "");
  const command = hasDesktop ? findOnPath("xdg-open", environment["PATH"] ?? "") : null;
  return command === null ? null : { command, arguments: [url] };
}

/** True when something was started to open it. */
export async function openBrowser(url: string): Promise<boolean> {
  const opener = browserOpener(url);
  if (opener === null) return false;
  return await new Promise((resolve) => {
    try {
      const child = spawn(opener.command, opener.arguments, { stdio: "ignore", detached: true });
      child.once("error", () => resolve(false));
      child.once("spawn", () => resolve(true));
      child.unref();
    } catch {
      resolve(false);
    }
  });
}

function findOnPath(name: string, path: string): string | null {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    try {
      if (folder !== "") accessSync(candidate, constants.X_OK);
      if (folder !== "") return candidate;
    } catch {
      // not here
    }
  }
  return null;
}
