/** @file Types of native.mjs, for tests. */
export function buildNative(options?: {
  force?: boolean;
  sanitize?: boolean;
}): Promise<{ built: boolean; path: string | null; why: string }>;
