/**
 * @file `likeness doctor`: what is here, what is missing and what that costs.
 */
import type { Command } from "../arguments.ts";
import { printResult } from "../output.ts";
import { withEngine } from "../session.ts";

export const doctorCommand: Command = {
  name: "doctor",
  usage: "",
  summary: "Say which devices and parts are here, and what is missing.",
  options: {},
  positionals: [0, 0],
  run: (input) =>
    withEngine(async (engine) => {
      const report = await engine.handlers.doctor({}, engine.context);
      printResult(input.json, report, function* () {
        for (const device of report.devices) yield `${device.available ? "yes" : "no "}  ${device.name.padEnd(9)} ${device.why}`;
        for (const [name, version] of Object.entries(report.versions)) yield `${name} ${version}`;
        for (const sentence of report.missing) yield `missing: ${sentence}`;
      });
      return 0;
    }),
};
