/**
 * @file Bar 19: 300 real pictures x {identical copy, resize .5, JPEG q 60, WebP q 80, PNG re-save}, through the engine's own decode, hash
 * candidates (no embeddings: the harder case), verification and groups. Precision and recall per kind, seconds per pair, then the
 * traps: every candidate pair among pictures that are not copies, listed where one is called a duplicate. Prints; judges nothing.
 *
 *     npm run bench duplicates [PICTURES=300] [--no-traps]
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

import sharp, { type Sharp } from "sharp";

import { comparePictures } from "#engine/duplicates/compare.ts";
import { findCandidates } from "#engine/duplicates/candidates.ts";
import { groupPairs } from "#engine/duplicates/groups.ts";
import { pixelsIdentical } from "#engine/duplicates/identical.ts";
import { keepsEveryPixel } from "#engine/duplicates/keep.ts";
import type { Picture } from "#engine/duplicates/picture.ts";
import type { ContentFacts, VerifiedPair } from "#engine/duplicates/types.ts";
import { ingestFile, pixelsOfFile } from "#engine/ingest/decode/ingest.ts";
import { listClipArt, listPhotos, listVideoFrames } from "../fixtures/packages.ts";

const given = process.argv.slice(2);
const wanted = Number(given.find((argument) => /^\d+$/.test(argument)) ?? 300);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const contentIds = new Map<string, number>();
const work = mkdtempSync(join(tmpdir(), "likeness-duplicates-"));

interface Item {
  readonly path: string;
  readonly source: number;
  readonly kind: string;
  readonly content: ContentFacts;
  readonly hash: string;
}

const kinds: Record<string, (original: string, to: string) => Promise<string>> = {
  "identical copy": async (original, to) => (
    copyFileSync(original, to + original.slice(original.lastIndexOf("."))),
    to + original.slice(original.lastIndexOf("."))
  ),
  "resize .5": async (original, to) => {
    const { width, height } = await sharp(original).metadata();
    const half = (side: number): number => Math.max(1, Math.round(side / 2));
    await opaque(original).resize(half(width), half(height), { fit: "fill" }).png().toFile(`${to}.png`);
    return `${to}.png`;
  },
  "JPEG q 60": async (original, to) => (await opaque(original).jpeg({ quality: 60 }).toFile(`${to}.jpg`), `${to}.jpg`),
  "WebP q 80": async (original, to) => (await sharp(original).webp({ quality: 80 }).toFile(`${to}.webp`), `${to}.webp`),
  "PNG re-save": async (original, to) => (await sharp(original).png().toFile(`${to}.png`), `${to}.png`),
};

try {
  const photos = await listPhotos();
  const drawings = await listClipArt();
  if (!photos || !drawings) print("skipped: the pictures come from Debian packages, which cannot be had here");
  else {
    const originals = await choose([...every(photos, Math.round(wanted * 0.72)), ...every(drawings, Math.round(wanted * 0.36))]);
    await measureCopies(originals);
    if (!given.includes("--no-traps")) {
      await listTraps("clip art", drawings);
      await listTraps("photos", photos);
      await listTraps("video frames", (await listVideoFrames()) ?? []);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function measureCopies(originals: readonly string[]): Promise<void> {
  const items: Item[] = [];
  for (const [source, original] of originals.entries()) {
    await addItem(items, original, source, "original");
    let index = 0;
    for (const [kind, save] of Object.entries(kinds))
      await addItem(items, await save(original, join(work, `${source}-${index++}`)), source, kind);
  }
  const contents = [...new Map(items.map((item) => [item.content.id, item.content])).values()];
  const pathOf = new Map(items.map((item) => [item.content.id, item.path]));
  const { verified, line } = await verifyAll(contents, pathOf);
  print(`${originals.length} pictures, ${items.length} files, ${contents.length} contents; ${line}`);
  const files = items.map(({ path, content }, file) => ({ file, content: content.id, path, time: 0 }));
  const groups = groupPairs({ contents, files, pairs: verified });
  const found = new Set<string>();
  let right = 0;
  const wrong = new Set<string>();
  for (const group of groups) {
    if (group.relation === "same-scene") continue;
    for (const a of group.members) {
      for (const b of group.members) {
        if (a.file >= b.file) continue;
        const key = `${a.file}/${b.file}`;
        if (found.has(key)) continue;
        found.add(key);
        if (items[a.file].source === items[b.file].source) right++;
        else
          wrong.add(
            `${basename(originals[items[a.file].source])} (${items[a.file].kind}) = ${basename(originals[items[b.file].source])} (${items[b.file].kind})`,
          );
      }
    }
  }
  print(`precision over all pairs ${(right / (right + wrong.size)).toFixed(4)} (${wrong.size} wrong)`);
  for (const line of [...wrong].slice(0, 20)) print(`  wrong: ${line}`);
  const perSource = Object.keys(kinds).length + 1;
  for (const [index, kind] of Object.keys(kinds).entries()) {
    const missed = originals.filter((_, source) => !found.has(`${source * perSource}/${source * perSource + 1 + index}`));
    print(
      `  ${kind.padEnd(16)} recall ${(1 - missed.length / originals.length).toFixed(4)}   missed: ${missed.map((path) => basename(path)).join(" ") || "none"}`,
    );
  }
  const all = (originals.length * perSource * (perSource - 1)) / 2;
  print(`  any two of the six recall ${(right / all).toFixed(4)}`);
}

/** Pictures as they are in the package: whatever is called a copy is listed for a person to look at. */
async function listTraps(name: string, paths: readonly string[]): Promise<void> {
  const items: Item[] = [];
  for (const path of paths) {
    const readable = /\.p[gp]m$/.test(path) ? await readPnm(path) : path;
    if (readable) await addItem(items, readable, 0, path).catch(() => undefined);
  }
  const contents = [...new Map(items.map((item) => [item.content.id, item.content])).values()];
  const pathOf = new Map(items.map((item) => [item.content.id, item.path]));
  const nameOf = new Map(items.map((item) => [item.content.id, item.kind === "original" ? item.path : item.kind]));
  const { verified, line } = await verifyAll(contents, pathOf);
  const count = (relation: string): number => verified.filter((pair) => pair.relation === relation).length;
  print(
    `${name}: ${contents.length} contents, ${line}; identical-pixels ${count("identical-pixels")}, same-picture ${count("same-picture")}, same-scene ${count("same-scene")}`,
  );
  for (const pair of verified.filter((each) => each.relation === "same-picture").slice(0, 40))
    print(`  ${pair.score.toFixed(2)} ${short(nameOf.get(pair.a))} = ${short(nameOf.get(pair.b))}`);
}

async function verifyAll(
  contents: readonly ContentFacts[],
  pathOf: ReadonlyMap<number, string>,
): Promise<{ verified: VerifiedPair[]; line: string }> {
  const started = performance.now();
  const candidates = findCandidates({ contents, graph: null, rows: new Int32Array(0), seed: 1 });
  const candidatesMs = performance.now() - started;
  const decoded = new Map<number, Picture>();
  const read = async (position: number): Promise<Picture> => {
    const known = decoded.get(position);
    if (known) return known;
    const content = contents[position];
    const picture = await pixelsOfFile({ path: Buffer.from(pathOf.get(content.id) ?? ""), maxSide: 512 });
    const made: Picture = {
      ...picture,
      sourceWidth: content.width,
      sourceHeight: content.height,
      lossless: keepsEveryPixel(content.format),
    };
    if (decoded.size > 400) decoded.delete(decoded.keys().next().value ?? -1);
    decoded.set(position, made);
    return made;
  };
  const verified: VerifiedPair[] = [];
  let comparedMs = 0;
  for (const candidate of candidates) {
    const [a, b] = [contents[candidate.a], contents[candidate.b]];
    if (candidate.reasons.includes("pixels")) {
      const full = async (content: ContentFacts): Promise<Picture> =>
        pixelsOfFile({ path: Buffer.from(pathOf.get(content.id) ?? ""), maxSide: null });
      if (pixelsIdentical(await full(a), await full(b))) {
        verified.push({ a: a.id, b: b.id, relation: "identical-pixels", score: 1 });
        continue;
      }
    }
    const [first, second] = [await read(candidate.a), await read(candidate.b)];
    const before = process.cpuUsage();
    const verdict = comparePictures(first, second, {
      lookForScene: candidate.lookForScene,
      lookForEdits: candidate.lookForEdits,
      ...(candidate.orientations ? { orientations: candidate.orientations } : {}),
    });
    comparedMs += process.cpuUsage(before).user / 1000;
    if (verdict.relation) verified.push({ a: a.id, b: b.id, relation: verdict.relation, score: verdict.score });
  }
  return {
    verified,
    line: `${candidates.length} candidates in ${Math.round(candidatesMs)} ms, ${(comparedMs / Math.max(1, candidates.length)).toFixed(2)} ms per compared pair (CPU)`,
  };
}

async function addItem(items: Item[], path: string, source: number, kind: string): Promise<void> {
  const facts = await ingestFile({ path: Buffer.from(path), input: null, thumbnail: null });
  const id = contentIds.get(facts.contentHash) ?? contentIds.size;
  contentIds.set(facts.contentHash, id);
  const content: ContentFacts = {
    id,
    byteSize: facts.sizeBytes,
    width: facts.width,
    height: facts.height,
    format: facts.format,
    perceptual: facts.perceptual,
    colour: facts.colour,
  };
  items.push({ path, source, kind, content, hash: facts.contentHash });
}

/** The first `wanted` that decode, are not enormous, are distinct and are not blank (blank pictures are only ever equal to the pixel). */
async function choose(paths: readonly string[]): Promise<string[]> {
  const chosen: string[] = [];
  let blank = 0;
  for (const path of paths) {
    const { width, height } = await sharp(path)
      .metadata()
      .catch(() => ({ width: 0, height: 0 }));
    if (width * height === 0 || width * height > 16e6 || Math.min(width, height) < 24) continue;
    const { channels } = await sharp(await opaque(path).png().toBuffer()).stats();
    if (Math.max(...channels.map((channel) => channel.stdev)) < 5) blank++;
    else if (chosen.length < wanted) chosen.push(path);
  }
  print(`${blank} blank pictures left out`);
  return chosen;
}

async function readPnm(path: string): Promise<string | null> {
  const bytes = readFileSync(path);
  const header = /^P5\s+(?:#[^\n]*\s+)*(\d+)\s+(?:#[^\n]*\s+)*(\d+)\s+(?:#[^\n]*\s+)*255\s/.exec(bytes.subarray(0, 400).toString("latin1"));
  if (!header) return null;
  const to = join(work, `${path.replaceAll("/", "_").slice(-120)}.png`);
  const raw = { width: Number(header[1]), height: Number(header[2]), channels: 1 as const };
  writeFileSync(
    to,
    await sharp(bytes.subarray(header[0].length, header[0].length + raw.width * raw.height), { raw })
      .png()
      .toBuffer(),
  );
  return to;
}

function opaque(path: string): Sharp {
  return sharp(path).flatten({ background: "#ffffff" });
}

function every(paths: readonly string[], count: number): string[] {
  return Array.from(
    { length: Math.min(count, paths.length) },
    (_, index) => paths[Math.floor((index * paths.length) / Math.min(count, paths.length))] ?? "",
  );
}

function short(path: string | undefined): string {
  return path ? `${basename(dirname(path))}/${basename(path)}` : "?";
}
