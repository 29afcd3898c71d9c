/**
 * @file Which vectors of a collection classes are learnt on: those of its encoder as they come and whitened, and those of one other encoder that was trained here and has seen the same pictures.
 */
import type { TrainReport } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import type { ModelName } from "../../fewshot/models.ts";
import type { ReadStore } from "../../store/database.ts";
import { listEncoderRows, type EncoderRow } from "../../store/queries/embeddings.ts";
import { readGraphFingerprint } from "../../store/queries/graphs.ts";
import { runRow } from "../../store/queries/runs.ts";
import type { FewshotStart, SpaceSource } from "./fewshot-messages.ts";

/** What an open collection must tell. */
export interface VectorOwner {
  readonly store: ReadStore;
  readonly workspace: string;
  readonly version: number;
  encoderRow(): EncoderRow | null;
}

/** @param features "frozen", "whitened" or an encoder's id: only these; else all there are */
export function spacesFor(
  owner: VectorOwner,
  features: string | undefined,
): FewshotStart & { readonly key: string; readonly features: readonly string[] | null } {
  const { store, workspace } = owner;
  const own = owner.encoderRow();
  if (!own) throw new UserError("no-embeddings", "There are no embeddings yet: run `likeness index FOLDER` first.");
  const others = listEncoderRows(store).filter(({ key }) => key !== own.key);
  const usual = usualSpaces(store, own, others);
  const named =
    features === undefined
      ? undefined
      : usual.find(({ name, encoder }) => name === features || (encoder.id === features && name !== "whitened"));
  const other = features === undefined || named ? undefined : others.find(({ id }) => id === features);
  if (features !== undefined && !named && !other)
    throw new UserError("features-unknown", `There are no vectors "${features}" in this collection; expected ${[...usual.map(({ name }) => name), ...others.map(({ id }) => id)].join(", ")}. \`likeness encoders apply ID\` makes those of another encoder.`); // prettier-ignore
  const spaces = other ? [{ name: other.id, encoder: other, whitened: false, judged: judgedOf(store, other) }] : usual;
  const marks = spaces.map(({ encoder, name }) => `${name}:${encoder.key}:${readGraphFingerprint(store, encoder.key) ?? owner.version}`);
  return { workspace, spaces, key: [workspace, ...marks].join("\n"), features: named ? [named.name] : null };
}

/** The collection's own vectors and the same whitened, and those that a training here made or, where the own ones are those, the vectors that they came from. */
function usualSpaces(store: ReadStore, own: EncoderRow, others: readonly EncoderRow[]): SpaceSource[] {
  const judged = judgedOf(store, own);
  const origin = others.filter(({ source }) => source !== "trained").at(-1);
  // Whitened vectors of what labels made know the labels too, and nobody judged them.
  if (judged && origin)
    return [
      { name: own.id, encoder: own, whitened: false, judged },
      { name: "frozen", encoder: origin, whitened: false },
      { name: "whitened", encoder: origin, whitened: true },
    ];
  const usual: SpaceSource[] = [
    { name: own.source === "trained" ? own.id : "frozen", encoder: own, whitened: false, judged },
    { name: "whitened", encoder: own, whitened: true },
  ];
  const trained = others.filter(({ id, source }) => source === "trained" && !hasSeenLabels(store, id)).at(-1);
  if (own.source === "trained" && origin) usual.push({ name: "frozen", encoder: origin, whitened: false });
  else if (own.source !== "trained" && trained) usual.push({ name: trained.id, encoder: trained, whitened: false });
  return usual;
}

/** Methods that are shown labels: leaving out a label that the vectors themselves were made by would say nothing. Whoever wants such vectors applies or names them. */
const labelMethods: ReadonlySet<string> = new Set(["few-labels", "supcon"]);

function hasSeenLabels(store: ReadStore, encoder: string): boolean {
  return labelMethods.has(runRow(store, encoder)?.method ?? "");
}

/** The collection's encoder, or, where labels made it, the one that embedded it before and has seen none: whoever judges by labels must begin there. */
export function blindEncoder(store: ReadStore, own: EncoderRow): EncoderRow {
  if (!hasSeenLabels(store, own.id)) return own;
  const origin = listEncoderRows(store).filter(({ id }) => id !== own.id && !hasSeenLabels(store, id)).at(-1); // prettier-ignore
  if (origin === undefined)
    throw new UserError(
      "encoder-knows-labels",
      `${own.id} was made by labels, so they cannot judge what begins there, and there are no vectors of another encoder. \`likeness encoders apply ID\` makes those of one that has seen none.`,
    );
  return origin;
}

/** What was found when labels tuned an encoder; undefined for any other. */
function judgedOf(store: ReadStore, { id }: EncoderRow): SpaceSource["judged"] {
  const outcome = runRow(store, id)?.outcome ?? null;
  const tuned = outcome === null ? undefined : (JSON.parse(outcome) as TrainReport).tuned;
  if (tuned === undefined) return undefined;
  const { cvAccuracy: accuracy, asked, power, plain, classes } = tuned;
  return { model: plain.model as ModelName, accuracy, asked, power, classes };
}
