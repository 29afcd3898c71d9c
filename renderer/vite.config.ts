/**
 * @file How the renderer is built. `vite build` gives `out/renderer`, which the server and the Electron shell serve under a content
 * security policy without inline scripts. `vite build --mode test` (or `vite --mode test`) gives the same app with the fake engine of the
 * tests inside the page (`?fake=10000`); nothing of it reaches the real build.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;

export default defineConfig(({ mode }) => ({
  root: here,
  base: "./",
  cacheDir: `${here}/../out/vite`,
  plugins: [svelte(), ...(mode === "test" ? [fakeEngine()] : [])],
  server: { fs: { allow: [`${here}/..`] } },
  build: {
    outDir: `${here}/../out/${mode === "test" ? "renderer-test" : "renderer"}`,
    // Pages of a test that is running keep the files they were built with.
    emptyOutDir: mode !== "test",
    target: "chrome120",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
}));

/** Puts the page script of the fake engine before the app's own, as a file (no inline script). */
function fakeEngine(): Plugin {
  const source = `${here}/../test/helpers/fake-page.ts`;
  return {
    name: "likeness-fake-engine",
    transformIndexHtml: {
      order: "pre",
      handler: (html, context) =>
        html.replace(
          '<script type="module"',
          `<script type="module" src="${context.server ? `/@fs${source}` : "../test/helpers/fake-page.ts"}"></script>\n    <script type="module"`,
        ),
    },
  };
}
