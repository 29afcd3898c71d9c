/**
 * @file What a person wrote as `--set key=value`, checked against the settings there are.
 */
import { UserError } from "../../base/errors.ts";
import type { Settings, SettingSpec } from "./method.ts";

/**
 * Defaults, changed by `assignments` ("temperature=.1"); the last one of a key counts.
 * Throws UserError `setting-unknown` or `setting-invalid`.
 */
export function parseSettings(specs: Readonly<Record<string, SettingSpec>>, assignments: readonly string[]): Settings {
  const settings = Object.fromEntries(Object.entries(specs).map(([name, { value }]) => [name, value]));
  for (const written of assignments) {
    const at = written.indexOf("=");
    if (at < 0) refuse("setting-invalid", `"${written}" is no setting; expected key=value, as in temperature=0.2`);
    const name = written.slice(0, at).trim();
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) refuse("setting-unknown", `there is no setting "${name}"; known: ${Object.keys(specs).sort().join(", ")}`);
    settings[name] = numberOf(name, written.slice(at + 1).trim(), spec);
  }
  return settings;
}

function numberOf(name: string, written: string, { low, high, whole = false }: SettingSpec): number {
  const value = written === "" ? Number.NaN : Number(written);
  const isFine = value >= low && value <= high && (!whole || Number.isInteger(value));
  if (!isFine) refuse("setting-invalid", `${name} is "${written}"; expected a ${whole ? "whole " : ""}number from ${low} to ${high}`);
  return value;
}

function refuse(code: string, what: string): never {
  throw new UserError(code, `--set: ${what}.`);
}
