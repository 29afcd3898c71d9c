/**
 * @file The encoder that everything in the report stands on: where it is from and, where it was trained, what its training found.
 */
import type { ProbeMetrics, TrainReport } from "#protocol/model.ts";

import type { EncoderOrigin } from "../../../encoders/registry.ts";
import { listRuns } from "../../../store/queries/runs.ts";
import type { ReportContext, Section } from "../context.ts";
import { html, name, type Html, type Markup } from "../html.ts";
import { day } from "../words.ts";

const origins: Readonly<Record<EncoderOrigin, string>> = {
  bundled: "ships with Likeness",
  imported: "imported; its weights are those of the original file",
  trained: "trained with Likeness",
};

/** Metric -> what it says, and how it is written. */
const measures: Readonly<Record<keyof ProbeMetrics, readonly [string, (value: number) => string]>> = {
  viewRetrieval: ["pictures that find their other view", percent],
  neighboursKept: ["neighbours that the frozen encoder has too", percent],
  weakLabelKnn: ["nearest ones of the same folder or label", percent],
  alignment: ["distance of two views of one picture", decimal],
  uniformity: ["uniformity (lower: spread out more evenly)", decimal],
  rankMe: ["directions in use (few are an alarm)", decimal],
};

export function encoderSection({ collection }: ReportContext): Section {
  const { card, origin } = collection.encoder();
  const facts: readonly (readonly [string, Html])[] = [
    ["Name", name(card.name)],
    ["Identity", name(card.id)],
    ["Origin", origins[origin]],
    ["Source", card.source],
    ["Licence", card.licence],
    ...Object.entries(card.provenance ?? {}),
    ["Takes", `${card.input.size} x ${card.input.size} pixels`],
    ["Gives", `${card.output.dimensions} numbers an image`],
    ["Weights (SHA-256)", html`<code>${card.sha256}</code>`],
  ];
  const runs = listRuns(collection.store).map((run) => ({ ...run, report: parsed(run.outcome) }));
  const own = runs.find(({ report }) => report?.encoder === card.id)?.report ?? null;
  return {
    id: "encoder",
    title: "Encoder",
    note: card.name,
    body: html`<dl class="facts">
        ${facts.map(
          ([label, value]) =>
            html`<dt>${label}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      ${card.report !== null && training(card.report, own)}
      ${
        runs.length > 0 &&
        html`<h3>Trainings in this collection</h3>
          <table>
            <thead>
              <tr>
                <th>Run</th>
                <th>Begun</th>
                <th>Method</th>
                <th>From</th>
                <th>Trained</th>
                <th>Verdict</th>
              </tr>
            </thead>
            <tbody>
              ${runs.map(
                (run) =>
                  html`<tr>
                    <td>${name(run.id)}</td>
                    <td>${day(run.created_at)}</td>
                    <td>${run.method}</td>
                    <td>${name(run.base)}</td>
                    <td>${run.trainable}</td>
                    <td>${run.report?.verdict ?? "not finished"}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
      }`,
  };
}

/** @param report what the trainer wrote into the encoder's card: the same fields as in a run's report, but a stranger may have changed them */
function training(report: Readonly<Record<string, unknown>>, run: TrainReport | null): Markup {
  const columns = (["frozen", "whitened", "after"] as const).filter((each) => isRecord(report[each]));
  const cell = (column: string, measure: keyof ProbeMetrics): string => {
    const value = (report[column] as Record<string, unknown>)[measure];
    return typeof value === "number" ? measures[measure][1](value) : "-";
  };
  return html`<h3>What its training found</h3>
    <p>
      Verdict: <strong>${text(report["verdict"])}</strong>; recommended: ${name(text(report["recommended"]))}.
      ${run && run.reasons.join(" ")}
    </p>
    ${
      columns.length > 0 &&
      html`<table>
        <thead>
          <tr>
            <th>On pictures it was not trained on</th>
            ${columns.map((column) => html`<th class="number">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${(Object.keys(measures) as (keyof ProbeMetrics)[]).map(
            (measure) =>
              html`<tr>
                <td>${measures[measure][0]}</td>
                ${columns.map((column) => html`<td class="number">${cell(column, measure)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>`
    }`;
}

function parsed(outcome: string | null): TrainReport | null {
  return outcome === null ? null : (JSON.parse(outcome) as TrainReport);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "not recorded";
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function decimal(value: number): string {
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 3);
}
