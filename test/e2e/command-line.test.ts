import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";

import { readCsv } from "#engine/base/csv.ts";
import type { DoctorReport, IndexReport } from "#protocol/model.ts";
import { drawCollection, type DrawnCollection } from "../fixtures/collection.ts";
import { detailed } from "../fixtures/pictures.ts";
import { runCommand, runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

/** Bytes, times and names of everything in a folder. */
function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  const look = (path: Buffer): void => {
    const stats = statSync(path);
    hash.update(path).update(String(stats.mtimeMs));
    if (stats.isFile()) hash.update(readFileSync(path));
    else
      for (const name of readdirSync(path, { encoding: "buffer" })
        .map((entry) => Buffer.from(entry))
        .sort(Buffer.compare))
        look(Buffer.concat([path, Buffer.from("/"), name]));
  };
  look(Buffer.from(folder));
  return hash.digest("hex");
}

describe("one collection from end to end", () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "pictures");
  let drawn: DrawnCollection;
  let report: IndexReport;
  let before: string;
  const path = (name: string): string => join(pictures(), name);

  beforeAll(async () => {
    drawn = await drawCollection(pictures());
    before = fingerprint(pictures());
    report = await runJson<IndexReport>(["index", pictures(), "--device", "cpu"], data());
  }, 120_000);

  test("index counts every file once and leaves the folder as it was", () => {
    const { images, unreadable, unsupported } = drawn;
    expect(report.files).toEqual({
      seen: images.length + 2,
      added: images.length,
      unchanged: 0,
      moved: 0,
      missing: 0,
      unreadable: unreadable.length,
      unsupported: unsupported.length,
    });
    expect(report.images).toBe(images.length);
    expect(report.encoder).toEqual({ id: "efficientnet-lite0-160", dimensions: 384, device: "cpu" });
    expect(report.unreadable.map((file) => file.path)).toEqual([path("broken.jpg")]);
    expect(report.unreadable[0]?.code).toBe("truncated");
    for (const stage of ["scan", "decode", "embed", "neighbours", "map", "duplicates", "outliers", "total"] as const)
      expect(report.seconds[stage]).toBeGreaterThanOrEqual(0);
    expect(fingerprint(pictures())).toBe(before);
  });

  test("index again finds everything unchanged", async () => {
    const again = await runJson<IndexReport>(["index", pictures()], data());
    expect(again.files).toMatchObject({ seen: report.files.seen, added: 0, unchanged: drawn.images.length, unreadable: 1, unsupported: 1 });
  });

  test("duplicates are the planted ones, with relation and keep", async () => {
    interface Groups {
      groups: {
        relation: string;
        members: { path: string; keep: boolean; reason: string }[];
        pairs: { a: string; b: string; relation: string; score: number }[];
      }[];
    }
    const { groups } = await runJson<Groups>(["duplicates"], data());
    const copies = groups.filter((group) => group.relation !== "same-scene");
    expect(copies).toHaveLength(1);
    const [group] = copies as [Groups["groups"][number]];
    expect(group.members.map((member) => member.path).sort()).toEqual([
      path("again.png"),
      path("copy.jpg"),
      path("kind-0/picture-0.jpg"),
      path("small.jpg"),
    ]);
    expect(group.members.filter((member) => member.keep)).toHaveLength(1);
    expect(group.members.every((member) => member.reason.length > 3)).toBe(true);
    const relation = (a: string, b: string): string | undefined =>
      group.pairs.find((pair) => (pair.a === path(a) && pair.b === path(b)) || (pair.a === path(b) && pair.b === path(a)))?.relation;
    expect([relation("copy.jpg", "kind-0/picture-0.jpg"), group.relation]).toEqual(["identical-file", "same-picture"]);
    const found = new Set(group.pairs.map((pair) => pair.relation));
    expect(found.has("identical-pixels")).toBe(true);
  });

  test("duplicates between two folders are the crossing ones; a typing error is no clean bill", async () => {
    const { groups, between } = await runJson<{
      groups: { relation: string; members: { path: string }[]; pairs: { a: string; b: string }[] }[];
      between: Record<"a" | "b", { folder: string; images: number; shared: number; scenes: number }>;
    }>(["duplicates", "--between", path("kind-0"), path("kind-1"), "--least", "same-picture"], data());
    expect(groups).toEqual([]);
    expect(between).toEqual({
      a: { folder: path("kind-0"), images: 8, shared: 0, scenes: 0 },
      b: { folder: path("kind-1"), images: 8, shared: 0, scenes: 0 },
    });
    const said = await runCommand(["duplicates", "--between", "kind-0", "kind-1"], data());
    expect(said.stdout).toContain(`0 of 8 images of ${path("kind-0")} lie in ${path("kind-1")} too: 0.0 %`);
    expect(await runJson(["duplicates", "--not-duplicates"], data())).toEqual({ pairs: [] });
    for (const [given, status, message] of [
      [["--between", path("kind-0"), path("kind-0/")], 1, /neither lies in the other/],
      [["--between", path("kind-0"), path("kind-7")], 1, /No image of this collection lies in .*kind-7/],
      [["--between", path("kind-0"), "/elsewhere"], 1, /elsewhere is outside of this collection/],
      [["--between", path("kind-0")], 2, /expected two folders/],
      [[path("kind-0")], 2, /--between A/],
    ] as const) {
      const ran = await runCommand(["duplicates", ...given], data());
      expect([ran.code, ran.stderr]).toEqual([status, expect.stringMatching(message)]);
    }
  });

  test("outliers list every image once, highest score first", async () => {
    const { images } = await runJson<{ images: { path: string; score: number; percentile: number; nearest: string[] }[] }>(
      ["outliers"],
      data(),
    );
    expect(new Set(images.map((image) => image.path))).toEqual(new Set(drawn.images.map(path)));
    expect(images).toHaveLength(drawn.images.length);
    for (let index = 1; index < images.length; index++)
      expect(images[index]?.score).toBeLessThanOrEqual(images[index - 1]?.score as number);
    for (const image of images) {
      expect(image.percentile).toBeGreaterThanOrEqual(0);
      expect(image.percentile).toBeLessThanOrEqual(100);
      expect(image.nearest).not.toContain(image.path);
    }
  });

  test("similar leaves the query out and finds its copies first; a picture from outside works too", async () => {
    interface Similar {
      query: string;
      results: { path: string; similarity: number }[];
    }
    const query = path("kind-0/picture-0.jpg");
    const inside = await runJson<Similar>(["similar", query, "-k", "5"], data());
    expect(inside.query).toBe(query);
    expect(inside.results).toHaveLength(5);
    expect(inside.results.map((result) => result.path)).not.toContain(query);
    expect(inside.results[0]).toMatchObject({ path: path("copy.jpg") });
    expect(inside.results[0]?.similarity).toBeCloseTo(1, 3);
    const outside = join(data(), "outside.jpg");
    writeFileSync(outside, readFileSync(query));
    const found = await runJson<Similar>(["similar", outside, "-k", "3"], data());
    expect(found.results.map((result) => result.path).sort()).toEqual([path("again.png"), path("copy.jpg"), query].sort());
    // The shown form of a foreign name, of the collection and from outside.
    const foreign = await runJson<Similar>(["similar", path("f\\xFF\\x5C.jpg"), "-k", "100"], data());
    expect([foreign.query, foreign.results.length]).toEqual([path("f\\xFF\\x5C.jpg"), drawn.images.length - 1]);
    writeFileSync(Buffer.concat([Buffer.from(`${data()}/g`), Buffer.from([0xff]), Buffer.from(".jpg")]), readFileSync(query));
    expect((await runJson<Similar>(["similar", `${data()}/g\\xFF.jpg`, "-k", "3"], data())).query).toBe(`${data()}/g\\xFF.jpg`);
  });

  test("the map has a place for each image, and draws itself", async () => {
    const png = join(data(), "map.png");
    const map = await runJson<{
      encoder: string;
      points: { path: string; x: number; y: number; cluster: number }[];
      quality: { trustworthiness: number; recall: number };
    }>(["map", "--png", png], data());
    expect(new Set(map.points.map((point) => point.path))).toEqual(new Set(drawn.images.map(path)));
    expect(map.points.every((point) => Number.isFinite(point.x) && Number.isFinite(point.y) && Number.isInteger(point.cluster))).toBe(true);
    expect(map.quality.trustworthiness).toBeGreaterThan(0.7);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe("PNG");
  });

  test("embeddings go to .npy with their paths, and to .csv, unit length and alike", async () => {
    const npy = join(data(), "vectors.npy");
    await runJson(["embeddings", "--out", npy], data());
    const bytes = readFileSync(npy);
    const headerLength = bytes.readUInt16LE(8);
    expect(bytes.subarray(10, 10 + headerLength).toString()).toContain(`'shape': (${drawn.images.length}, 384)`);
    expect((10 + headerLength) % 64).toBe(0);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 10 + headerLength, bytes.byteOffset + bytes.length));
    const length = Math.hypot(...values.subarray(0, 384));
    expect(length).toBeCloseTo(1, 4);
    const paths = readFileSync(`${npy}.paths.txt`, "utf8").trimEnd().split("\n");
    expect(new Set(paths)).toEqual(new Set(drawn.images.map(path)));
    const csv = join(data(), "vectors.csv");
    await runJson(["embeddings", "--out", csv], data());
    const rows = readCsv(readFileSync(csv, "utf8"));
    expect(rows).toHaveLength(drawn.images.length + 1);
    expect(rows[1]?.[0]).toBe(paths[0]);
    expect(Number(rows[1]?.[1])).toBeCloseTo(values[0] as number, 5);
    const parquet = join(data(), "vectors.parquet");
    expect(await runJson(["embeddings", "--out", parquet], data())).toMatchObject({ images: drawn.images.length, files: [parquet] });
    const vectors = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(Object.keys(vectors[0] ?? {})).toEqual(["path", "vector"]);
    expect(vectors.map((row) => row["path"] as string)).toEqual(paths);
    expect(Float32Array.from(vectors[1]?.["vector"] as number[])).toEqual(values.subarray(384, 768));
  });

  test("a selection goes out as data, the whole as a report; wrong questions get an answer", async () => {
    const csv = join(data(), "some.csv");
    const some = await runJson<{ files: string[]; images: number }>(
      ["export", "data", "--format", "csv", "--out", csv, "--select", "folder:kind-1 -picture-0"],
      data(),
    );
    expect([some.files, some.images]).toEqual([[csv], 7]);
    expect(readCsv(readFileSync(csv, "utf8"))).toHaveLength(8);
    const sorted = await runJson<{ folders: { name: string; images: number }[]; dryRun: boolean }>(
      ["export", "data", "--format", "folders", "--out", join(data(), "sorted"), "--placement", "symlink", "--dry-run"],
      data(),
    );
    expect([sorted.dryRun, sorted.folders.reduce((sum, { images }) => sum + images, 0)]).toEqual([true, drawn.images.length]);
    const html = join(data(), "report.html");
    const written = await runJson<{ files: string[]; images: number }>(["export", "report", "--out", html, "--no-pictures"], data());
    expect([written.files, written.images]).toEqual([[html], drawn.images.length]);
    expect(readFileSync(html, "utf8")).toContain("no pictures");
    const refused = await runCommand(["export", "data", "--format", "csv", "--out", csv, "--select", "colour:red", "--json"], data());
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: "query", message: expect.stringContaining("known: cluster:") as string },
    });
    const noView = await runCommand(["export", "data", "--format", "csv", "--out", csv, "--view", "Summer, or so", "--json"], data());
    expect([noView.code, noView.stdout]).toEqual([1, expect.stringContaining("there is no saved view of that name; known: none")]);
    for (const usage of [
      ["export", "data", "--out", csv],
      ["export", "data", "--format", "csv", "--by", "label", "--out", csv],
      ["export", "report", "--format", "csv", "--out", html],
      ["export", "everything", "--out", csv],
    ])
      expect((await runCommand(usage, data())).code, usage.join(" ")).toBe(2);
    expect((await runCommand(["export", "--help"], data())).stdout).toContain("outlier:N");
  });

  test("encoders and doctor tell what is here", async () => {
    const { encoders } = await runJson<{ encoders: unknown[] }>(["encoders", "list"], data());
    expect(encoders).toContainEqual({
      id: "efficientnet-lite0-160",
      name: expect.any(String),
      dimensions: 384,
      source: "bundled",
      size: 160,
      output: "embedding",
    });
    const doctor = await runJson<DoctorReport>(["doctor"], data());
    expect(doctor.devices.find((device) => device.name === "cpu")).toMatchObject({ available: true });
    expect(Object.values(doctor.versions)).not.toContain("unknown");
    expect(doctor.devices.map((device) => device.name).sort()).toEqual(["coreml", "cpu", "cuda", "directml", "webgpu"]);
    expect(doctor.devices.every((device) => device.why.length > 3)).toBe(true);
  });

  test("issues are of known kinds and name present images", async () => {
    const { issues } = await runJson<{ issues: { path: string; kind: string; value: number; threshold: number }[] }>(["issues"], data());
    for (const issue of issues) {
      expect(drawn.images.map(path)).toContain(issue.path);
      expect(["blur", "dark", "bright", "low-information", "odd-size", "odd-aspect", "greyscale"]).toContain(issue.kind);
    }
  });
});

describe("what changes between two scans", () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "pictures");

  test("moved, missing, changed, new and touched files are told apart, in one workspace", { timeout: 180_000 }, async () => {
    await drawCollection(pictures(), { kinds: 2, perKind: 4 });
    const workspace = join(data(), "workspace");
    const index = (): Promise<IndexReport> => runJson<IndexReport>(["index", pictures(), "--workspace", workspace], data());
    const path = (name: string): string => join(pictures(), name);
    const first = await index();
    const embeddingOf = async (name: string): Promise<string> => {
      const out = join(data(), "e.csv");
      await runJson(["embeddings", "--out", out, "--workspace", workspace], data());
      return (
        readFileSync(out, "utf8")
          .split("\n")
          .find((line) => line.startsWith(`"${path(name)}"`)) as string
      ).split('",')[1] as string;
    };
    const vector = await embeddingOf("kind-0/picture-1.jpg");
    mkdirSync(path("elsewhere"));
    renameSync(path("kind-0/picture-1.jpg"), path("elsewhere/renamed.jpg"));
    rmSync(path("kind-0/picture-2.jpg"));
    writeFileSync(path("kind-1/picture-3.jpg"), readFileSync(path("kind-1/picture-0.jpg")));
    writeFileSync(path("new.jpg"), readFileSync(path("kind-1/picture-1.jpg")));
    utimesSync(path("kind-1/picture-2.jpg"), 1_600_000_000, 1_600_000_000);
    const second = await index();
    // Moved: renamed.jpg. Added: picture-3 (new content), new.jpg. Missing: picture-2. Touched only: unchanged.
    expect(second.files).toEqual({
      seen: first.files.seen + 1,
      added: 2,
      unchanged: first.images - 3,
      moved: 1,
      missing: 1,
      unreadable: 1,
      unsupported: 1,
    });
    expect(second.images).toBe(first.images);
    expect(await embeddingOf("elsewhere/renamed.jpg")).toBe(vector);
    const third = await index();
    expect(third.files).toMatchObject({ seen: first.files.seen, added: 0, moved: 0, missing: 0 });
    expect(third.images).toBe(first.images);
  });
});

describe("usage and errors", () => {
  const data = temporaryFolderFor(beforeAll, "data");

  test.each([
    [[], 0, /likeness COMMAND/, /^$/],
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [["index", "--help"], 0, /FOLDER\.\.\./, /^$/],
    [["nonsense"], 2, /^$/, /no command "nonsense"/],
    [["index"], 2, /^$/, /FOLDER/],
    [["similar", "a", "-k", "zero"], 2, /^$/, /--k is "zero"; expected a whole number/],
    [["embeddings"], 2, /^$/, /--out is missing/],
    [["embeddings", "--out", "x.txt"], 2, /^$/, /\.npy, \.parquet or \.csv/],
    [["index", ".", "--device", "abacus"], 2, /^$/, /--device is "abacus"; expected one of auto, cpu/],
    [["duplicates", "--unknown"], 2, /^$/, /--unknown/],
    [["duplicates"], 1, /^$/, /no collection yet.*likeness index FOLDER/],
    [["index", "/no/such/folder", "--workspace", "w"], 1, /^$/, /\/no\/such\/folder does not exist/],
  ] as const)("likeness %j ends with %i", async (args, code, stdout, stderr) => {
    const ran = await runCommand(args, data());
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stdout).toMatch(stdout);
    expect(ran.stderr).toMatch(stderr);
  });

  test("with --json a failure is one JSON document too", async () => {
    const ran = await runCommand(["duplicates", "--json", "--workspace", join(data(), "none")], data());
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "workspace-missing" } });
  });

  test("the workspace may be named before the command, and never lies inside the images", async () => {
    const pictures = join(data(), "pictures");
    mkdirSync(pictures);
    const early = await runCommand(["--workspace", join(data(), "none"), "duplicates"], data());
    expect([early.code, early.stdout]).toEqual([1, ""]);
    expect(early.stderr).toMatch(/no collection at .*none/);
    const inside = await runCommand(["index", pictures, "--workspace", join(pictures, "workspace"), "--json"], data());
    expect(inside.code).toBe(1);
    expect(JSON.parse(inside.stdout)).toMatchObject({ error: { code: "workspace-inside-folder" } });
    const unknown = await runCommand(["index", pictures, "--workspace", join(data(), "new"), "--encoder", "abacus"], data());
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/no encoder "abacus"/)]);
    expect([readdirSync(pictures), readdirSync(data()).includes("new")]).toEqual([[], false]);
  });

  test("a folder that holds our data directory, such as a home, is indexed without it", { timeout: 60_000 }, async () => {
    const home = join(data(), "home");
    const own = join(home, ".local", "share", "likeness");
    mkdirSync(own, { recursive: true });
    await detailed(300, 200).toFile(join(home, "a.jpg"));
    const first = await runJson<IndexReport>(["index", home], own);
    expect([first.images, first.files.seen]).toEqual([1, 1]);
    // By now thumbnails and a database lie inside.
    const second = await runJson<IndexReport>(["index", home], own);
    expect(second.files).toMatchObject({ seen: 1, unchanged: 1 });
    const within = await runCommand(["index", own, "--json"], own);
    expect(JSON.parse(within.stdout)).toMatchObject({ error: { code: "workspace-inside-folder" } });
  });

  test("an empty folder is no error", { timeout: 60_000 }, async () => {
    const empty = join(data(), "empty");
    mkdirSync(empty);
    const workspace = join(data(), "w-empty");
    const report = await runJson<IndexReport>(["index", empty, "--workspace", workspace], data());
    expect([report.images, report.files.seen]).toEqual([0, 0]);
    expect(await runJson(["duplicates", "--workspace", workspace], data())).toEqual({ groups: [] });
    expect(await runJson(["outliers", "--workspace", workspace], data())).toEqual({ images: [] });
  });
});
