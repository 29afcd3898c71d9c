/**
 * @file How the tests run: each file in its own process, because native addons and SQLite handles must not leak from one into the next.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["test/**/*.test.ts"],
    pool: "forks",
    globals: false,
    // Two cores are what the slowest machine of ours has; a test of the whole pipeline decodes and embeds real pictures.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
  },
});
