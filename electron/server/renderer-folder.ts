/** @file Where the built renderer lies: `out/renderer`, seen from source (`electron/server`) and from the bundle (`out/app`). */
import { fileURLToPath } from "node:url";

export function builtRendererFolder(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "../../out/renderer" : "../renderer", import.meta.url));
}
