/**
 * @file Search by terms: words and pictures, towards some and away from others, by the encoder's vectors; names, folders and facts where the encoder knows no words.
 */
import { statSync } from "node:fs";

import type { ImageId } from "#protocol/model.ts";
import type { SearchResults, SearchTerm } from "#protocol/text-contract.ts";

import { UserError } from "../base/errors.ts";
import { fsPath, type PathBytes } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import type { Engine } from "../engine.ts";
import { knownFileSpelling, pathFromText } from "../ingest/scan/folders.ts";
import { combineTerms, type WeightedVector } from "../search/combine-terms.ts";
import { fileByPath } from "../store/queries/files.ts";
import { listFolders } from "../store/queries/folders.ts";
import { findByText } from "./find.ts";
import { embedFile, nearestImages, vectorOfImage } from "./similar.ts";

export async function searchImages(engine: Engine, terms: readonly SearchTerm[], count: number): Promise<SearchResults> {
  const collection = engine.requireCollection();
  const asked = terms.map((term, at) => checkTerm(collection, term, at));
  const [only] = asked;
  if (only === undefined) throw new UserError("bad-query", "There is nothing to search for; expected a text or a picture.");
  const texts = asked.flatMap(({ kind }) => ("text" in kind ? [kind.text] : []));
  if (texts.length > 0 && collection.encoder().card.text === undefined) return withoutWords(engine, asked, count);
  const textVectors = texts.length === 0 ? null : await engine.embedTexts(texts);
  const dimensions = collection.encoder().card.output.dimensions;
  const exclude = new Set<ImageId>();
  const weighted: WeightedVector[] = [];
  let text = 0;
  for (const { kind, weight } of asked) {
    if ("text" in kind) weighted.push({ vector: (textVectors as Float32Array).subarray(text * dimensions, ++text * dimensions), weight });
    else if ("id" in kind) {
      exclude.add(kind.id);
      weighted.push({ vector: vectorOfImage(collection, kind.id), weight });
    } else weighted.push({ vector: await embedFile(engine, kind), weight });
  }
  const found = nearestImages(collection, combineTerms(weighted), count, exclude);
  return {
    kind: texts.length > 0 ? "text" : "pictures",
    note: collection.vectors() === null ? "No picture has an embedding by this encoder yet: wait until indexing is done." : null,
    ids: Int32Array.from(found, ({ id }) => id),
    similarities: Float32Array.from(found, ({ similarity }) => similarity),
  };
}

/** What a person wrote on a command line: the path of a picture that is there, else words. */
export function readTerm(collection: Collection, written: string, sign: SearchTerm["sign"]): SearchTerm {
  if (written.includes("\0")) throw new UserError("bad-query", "A term holds a NUL; expected words or the path of a picture.");
  const path = pathFromText(written);
  return imageAt(collection, path) !== null || isFile(path) ? { sign, path: written } : { sign, text: written };
}

type TermKind = { readonly text: string } | { readonly id: ImageId } | { readonly path: PathBytes } | { readonly bytes: Uint8Array };

interface CheckedTerm {
  readonly kind: TermKind;
  /** Below 0: away from it. */
  readonly weight: number;
}

const weightBounds = [1e-3, 1e3] as const;

function checkTerm(collection: Collection, { sign, weight = 1, text, id, path, bytes }: SearchTerm, at: number): CheckedTerm {
  const given = [text, id, path, bytes].filter((value) => value !== undefined).length;
  if (given !== 1) throw new UserError("bad-query", `Term ${at + 1} has ${given} of text, id, path and bytes; expected one of them.`);
  if (!(weight >= weightBounds[0] && weight <= weightBounds[1]))
    throw new UserError("bad-query", `Term ${at + 1} has the weight ${weight}; expected a number from ${weightBounds.join(" to ")}.`);
  return { kind: kindOf(), weight: sign === "-" ? -weight : weight };

  function kindOf(): TermKind {
    if (text !== undefined) {
      if (text.trim() === "") throw new UserError("bad-query", `Term ${at + 1} is empty; expected words or a picture.`);
      return { text };
    }
    if (id !== undefined) return { id };
    if (bytes !== undefined) return { bytes };
    const typed = pathFromText(path as string);
    const known = imageAt(collection, typed);
    return known === null ? { path: typed } : { id: known };
  }
}

/** One text alone is looked for in names; anything else needs an encoder that knows words. */
function withoutWords(engine: Engine, terms: readonly CheckedTerm[], count: number): SearchResults {
  const collection = engine.requireCollection();
  const { card } = collection.encoder();
  const able = engine.encoders.list().filter(({ text }) => text === true);
  const remedy =
    able.length > 0
      ? `Encoders that read texts: ${able.map(({ id }) => id).join(", ")}. Apply one of them.`
      : "No encoder here reads texts: import a pair like CLIP (encoders import IMAGE.onnx --text TEXT.onnx --tokenizer tokenizer.json) or train one on pictures with texts (train --method clip --pairs FILE.csv).";
  const [term] = terms;
  if (terms.length === 1 && term !== undefined && "text" in term.kind && term.weight > 0) {
    const { ids } = findByText(collection, term.kind.text, count);
    return {
      kind: "names",
      note: `The encoder ${card.id} reads no texts, so names, folders and facts were searched for these words. ${remedy}`,
      ids,
      similarities: new Float32Array(ids.length).fill(1),
    };
  }
  throw new UserError("no-text-half", `The encoder ${card.id} reads no texts, so words cannot be weighed against pictures or each other. ${remedy}`); // prettier-ignore
}

function imageAt(collection: Collection, typed: PathBytes): ImageId | null {
  const { store } = collection;
  const file = fileByPath(store, typed) ?? fileByPath(store, knownFileSpelling(typed, listFolders(store)));
  return file && file.state === "image" ? (file.id as ImageId) : null;
}

function isFile(path: PathBytes): boolean {
  try {
    return statSync(fsPath(path)).isFile();
  } catch {
    return false;
  }
}
