/**
 * @file What happens to a disk while it is indexed: it is full, it is read-only. Each ends in an error that says what to do, leaves a whole database, and goes on
 * from there to the very result of a run without trouble. The disks are small ones in memory, mounted in a namespace of the test's own (Linux, where that is
 * allowed), so nobody else sees them.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import type { IndexReport } from "#protocol/model.ts";
import { drawCollection } from "../fixtures/collection.ts";
import { root, runCommand, runJson } from "../helpers/command-line.ts";
import { readFindings } from "../helpers/interrupted-indexing.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const mayMount = process.platform === "linux" && spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
if (!mayMount) process.stderr.write("no small disks can be mounted here: what needs them is skipped\n");

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
let whole: IndexReport;

beforeAll(async () => {
  await drawCollection(pictures(), { kinds: 3, perKind: 12 });
  whole = await runJson<IndexReport>(["index", pictures(), "--workspace", `${data()}/whole`], data());
});

/** A shell script that sees `disk` as a disk of its own; `likeness` is the command line. What it prints on standard output comes back, trouble throws. */
function onSmallDisk(disk: string, script: string): { readonly status: number | null; readonly lines: string[]; readonly errors: string } {
  mkdirSync(disk, { recursive: true });
  const prelude = `likeness() { "${process.execPath}" "${root}/electron/cli/main.ts" "$@"; }; DISK="${disk}"; PICTURES="${pictures()}"\n`;
  const ran = spawnSync("unshare", ["-rm", "bash", "-c", prelude + script], {
    encoding: "utf8",
    cwd: data(),
    env: { ...process.env, LIKENESS_DATA: data() },
  });
  return { status: ran.status, lines: ran.stdout.split("\n").filter((line) => line !== ""), errors: ran.stderr };
}

describe.skipIf(!mayMount)("a small disk", { timeout: 240_000 }, () => {
  // No room for the tables; for most of what is found. And where memory has no room for pictures on their way to the encoder, so that they lie on this disk too: none for the tables, a few pictures, most of them.
  test.each([
    [200, "ample"],
    [1200, "ample"],
    [200, "little"],
    [1200, "little"],
    [2900, "little"],
  ])("that is full at %d kB beside %s memory, then has room again", async (kilobytes, memory) => {
    const disk = join(data(), `full-${kilobytes}-${memory}`);
    const { lines, errors } = onSmallDisk(
      disk,
      `${memory === "little" ? "mount -t tmpfs -o size=1m tmpfs /dev/shm" : ":"}
       mount -t tmpfs -o size=${kilobytes}k tmpfs "$DISK"
       likeness index "$PICTURES" --workspace "$DISK/w" --json
       echo "status $?"
       mount -o remount,size=200m "$DISK"
       likeness index "$PICTURES" --workspace "$DISK/w" --json
       echo "status $?"
       mkdir "${disk}-out" && cp "$DISK"/w/likeness.db* "${disk}-out"`,
    );
    const [first = "", failed, second = "", done] = lines;
    expect([failed, done], errors).toEqual(["status 1", "status 0"]);
    expect((JSON.parse(first) as { error: { code: string; message: string } }).error).toMatchObject({
      code: expect.stringMatching(/^(disk-full|workspace-unwritable)$/) as string,
      message: expect.stringContaining(disk) as string,
    });
    expect(errors).not.toMatch(/Unhandled|BugError|\n +at /);
    expect((JSON.parse(second) as IndexReport).images).toBe(whole.images);
    const [expected, seen] = [await readFindings(`${data()}/whole`, data()), await readFindings(`${disk}-out`, data())];
    expect(seen.outcomes).toEqual(expected.outcomes);
    expect(seen.pairs).toEqual(expected.pairs);
    expect(seen.outlierOrder).toEqual(expected.outlierOrder);
  });

  test("that is read-only refuses a workspace by name, and one that was there too", () => {
    const { lines } = onSmallDisk(
      join(data(), "read-only"),
      `mount -t tmpfs tmpfs "$DISK"
       likeness index "$PICTURES" --workspace "$DISK/w" --json > /dev/null; echo "status $?"
       mount -o remount,ro "$DISK"
       likeness index "$PICTURES" --workspace "$DISK/w" --json; echo "status $?"
       likeness index "$PICTURES" --workspace "$DISK/new" --json; echo "status $?"`,
    );
    expect(lines.filter((line) => line.startsWith("status"))).toEqual(["status 0", "status 1", "status 1"]);
    for (const line of lines.filter((each) => each.startsWith("{")))
      expect((JSON.parse(line) as { error: { code: string } }).error.code).toBe("workspace-unwritable");
  });

  test("that holds the pictures and is read-only is indexed as any other", () => {
    const disk = join(data(), "pictures-read-only");
    const { lines } = onSmallDisk(
      disk,
      `mount -t tmpfs tmpfs "$DISK"; cp -r "$PICTURES"/. "$DISK"; mount -o remount,ro "$DISK"
       likeness index "$DISK" --workspace "${disk}-w" --json`,
    );
    expect(JSON.parse(lines[0] ?? "null")).toMatchObject({ images: whole.images, files: whole.files });
  });
});

// Again and again: who comes first is decided in an instant, in which neither must refuse the other.
test.each([1, 2, 3, 4, 5, 6])(
  "two processes on one workspace at one moment (%d): one indexes, the other is told who has it",
  { timeout: 120_000 },
  async (round) => {
    const folder = join(data(), `twice-${round}`);
    mkdirSync(folder);
    for (const name of readdirSync(join(pictures(), "kind-0"))) copyFileSync(join(pictures(), "kind-0", name), join(folder, name));
    const workspace = join(data(), `shared-${round}`);
    const both = await Promise.all([1, 2].map(() => runCommand(["index", folder, "--workspace", workspace, "--json"], data())));
    const [won, lost] = both.sort((one, other) => (one.code as number) - (other.code as number));
    expect([won?.code, lost?.code]).toEqual([0, 1]);
    expect((JSON.parse(won?.stdout ?? "") as IndexReport).files).toMatchObject({ seen: 12, added: 12 });
    expect(JSON.parse(lost?.stdout ?? "")).toMatchObject({
      error: { code: "workspace-busy", message: expect.stringMatching(/in use by (process \d+ on|another process)/) as string },
    });
  },
);
