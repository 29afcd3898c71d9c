/** @file Settings of the Svelte compiler, read by Vite's plugin, svelte-check and editors. */
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";

export default { preprocess: vitePreprocess(), compilerOptions: { runes: true } };
