/**
 * @file sharp, loaded with the first picture that needs it. libvips takes as long as all else a child loads, and most JPEGs never come to it.
 */
import { createRequire } from "node:module";

import type { SharpConstructor } from "sharp";

let loaded: SharpConstructor | null = null;

export function loadSharp(): SharpConstructor {
  if (loaded !== null) return loaded;
  const sharp = createRequire(import.meta.url)("sharp") as SharpConstructor;
  // A child decodes one file at a time and there are as many children as cores: threads and caches inside libvips only cost.
  sharp.concurrency(1);
  sharp.cache(false);
  loaded = sharp;
  return sharp;
}
