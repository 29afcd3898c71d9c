/**
 * @file Which vectors of a collection classes are learnt on: those of its encoder as they come and whitened, and those of one other encoder that was trained here and has seen the same pictures.
 */
import { UserError } from "../../base/errors.ts";
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

/** Methods that are shown labels: leaving out a label that the vectors themselves were made by would say nothing. Whoever wants such vectors names them. */
const labelMethods: ReadonlySet<string> = new Set(["few-labels", "supcon"]);

function hasSeenLabels(store: ReadStore, encoder: string): boolean {
  return labelMethods.has(runRow(store, encoder)?.method ?? "");
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
  const usual: SpaceSource[] = [
    { name: own.source === "trained" ? own.id : "frozen", encoder: own, whitened: false },
    { name: "whitened", encoder: own, whitened: true },
  ];
  const tuned = others
    .filter(({ id, source }) => (source === "trained") !== (own.source === "trained") && !hasSeenLabels(store, id))
    .at(-1);
  if (tuned) usual.push({ name: tuned.source === "trained" ? tuned.id : "frozen", encoder: tuned, whitened: false });
  const named =
    features === undefined
      ? undefined
      : usual.find(({ name, encoder }) => name === features || (encoder.id === features && name !== "whitened"));
  const other = features === undefined || named ? undefined : others.find(({ id }) => id === features);
  if (features !== undefined && !named && !other)
    throw new UserError("features-unknown", `There are no vectors "${features}" in this collection; expected ${[...usual.map(({ name }) => name), ...others.map(({ id }) => id)].join(", ")}. \`likeness encoders apply ID\` makes those of another encoder.`); // prettier-ignore
  const spaces = other ? [{ name: other.id, encoder: other, whitened: false }] : usual;
  const marks = spaces.map(({ encoder, name }) => `${name}:${encoder.key}:${readGraphFingerprint(store, encoder.key) ?? owner.version}`);
  return { workspace, spaces, key: [workspace, ...marks].join("\n"), features: named ? [named.name] : null };
}
