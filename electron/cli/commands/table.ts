/**
 * @file Every command, in the order of the help.
 */
import type { Command } from "../arguments.ts";
import { benchCommand } from "./bench.ts";
import { doctorCommand } from "./doctor.ts";
import { duplicatesCommand } from "./duplicates.ts";
import { embeddingsCommand } from "./embeddings.ts";
import { encodersCommand } from "./encoders.ts";
import { evaluateCommand } from "./evaluate.ts";
import { exportCommand } from "./export.ts";
import { fewshotCommand } from "./fewshot.ts";
import { indexCommand } from "./index-folders.ts";
import { issuesCommand } from "./issues.ts";
import { labelsCommand } from "./labels.ts";
import { mapCommand } from "./map.ts";
import { outliersCommand } from "./outliers.ts";
import { runsCommand } from "./runs.ts";
import { searchCommand } from "./search.ts";
import { serveCommand } from "./serve.ts";
import { similarCommand } from "./similar.ts";
import { trainCommand } from "./train.ts";

export const commands: readonly Command[] = [
  indexCommand,
  duplicatesCommand,
  outliersCommand,
  issuesCommand,
  similarCommand,
  searchCommand,
  mapCommand,
  embeddingsCommand,
  encodersCommand,
  evaluateCommand,
  labelsCommand,
  fewshotCommand,
  exportCommand,
  trainCommand,
  runsCommand,
  benchCommand,
  doctorCommand,
  serveCommand,
];
