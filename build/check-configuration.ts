/**
 * @file Checks the packaging configuration against the schema that electron-builder brings along, without packing anything.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { Configuration } from "electron-builder";

interface Validator {
  (value: unknown): boolean;
  errors?: readonly { readonly instancePath: string; readonly message?: string; readonly params: unknown }[] | null;
}

interface AjvModule {
  readonly default: new (options: object) => { compile(schema: object): Validator };
}

/** One line per fault; none when the configuration is sound. */
export function checkConfiguration(configuration: Configuration): string[] {
  // ajv is electron-builder's own dependency and is found from there.
  const require = createRequire(import.meta.url);
  const library = createRequire(
    require.resolve("app-builder-lib/package.json", { paths: [require.resolve("electron-builder/package.json")] }),
  );
  const { default: Ajv } = library("ajv") as AjvModule;
  const schema = JSON.parse(readFileSync(join(dirname(library.resolve("app-builder-lib/package.json")), "scheme.json"), "utf8")) as object;
  const validate = new Ajv({ allErrors: true, strict: false, logger: false }).compile(schema);
  // The schema knows JSON only: what would not survive it is a fault as well.
  if (validate(JSON.parse(JSON.stringify(configuration)))) return [];
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath || "configuration"} ${error.message ?? "is wrong"} ${JSON.stringify(error.params)}`,
  );
}
