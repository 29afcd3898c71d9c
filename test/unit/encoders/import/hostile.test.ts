/** @file Files that mean harm or are broken: each is refused with its name and the reason, and leaves nothing behind. */
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import { int, ints } from "#engine/onnx/graph-builder.ts";
import type { Model, Tensor } from "#engine/onnx/model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { functionOf, modelOf, nodeOf, valueOf } from "../../onnx/small-models.ts";
import { averaged, convolved, saved, smallEncoder } from "../small-encoders.ts";

const good = smallEncoder({ tail: (builder, image) => [averaged(builder, convolved(builder, image))] });
const image = valueOf("image", ["batch", 3, 16, 16]);

function withGraph(change: (graph: Model["graph"]) => Partial<Model["graph"]>): Model {
  return { ...good, graph: { ...good.graph, ...change(good.graph) } };
}

/** What importing these bytes says; nothing may stay in the data directory. */
async function refusal(bytes: Uint8Array | Model, prepare: (folder: string) => void = () => undefined): Promise<string> {
  const home = temporaryFolder();
  const [folder, dataFolder] = [join(home, "models"), join(home, "data")];
  mkdirSync(folder);
  prepare(folder);
  const file = join(folder, "model.onnx");
  if (bytes instanceof Uint8Array) writeFileSync(file, bytes);
  else saved(bytes, folder);
  const thrown: unknown = await importEncoder({ file, dataFolder, threads: 1 }).then(
    () => "it was taken in",
    (reason: unknown) => reason,
  );
  expect(existsSync(join(dataFolder, "encoders")) ? readdirSync(join(dataFolder, "encoders")) : []).toEqual([]);
  expect(thrown).toMatchObject({ name: "UserError", message: expect.stringContaining(`${file}: `) });
  return (thrown as Error).message.slice(file.length + 2);
}

const bytes = writeModel(good);

test.each<[string, Uint8Array | Model, RegExp]>([
  ["no bytes", new Uint8Array(0), /has no graph/],
  ["text", new TextEncoder().encode("<html>not found</html>"), /ONNX/],
  ["the first half", bytes.slice(0, bytes.length / 2), /ONNX|ends|bytes/],
  [
    "a node that takes what it makes",
    modelOf({ inputs: [image], nodes: [nodeOf("y = Add(image, y)")], outputs: [valueOf("y")] }),
    /takes "y", which nothing makes before it/,
  ],
  [
    "a circle of two nodes",
    modelOf({ inputs: [image], nodes: [nodeOf("a = Add(image, b)"), nodeOf("b = Relu(a)")], outputs: [valueOf("b")] }),
    /takes "b", which nothing makes before it/,
  ],
  ["weights that are not there", withGraph(() => ({ initializers: [] })), /takes "weights_32x3x3x3_1", which nothing makes before it/],
  ["an output that nothing makes", withGraph(() => ({ outputs: [valueOf("nothing")] })), /nothing makes the output "nothing"/],
  [
    "a function that calls itself",
    modelOf(
      { inputs: [image], nodes: [nodeOf("y = ours.Self(image)")], outputs: [valueOf("y")] },
      [functionOf("Self", { inputs: ["x"], outputs: ["y"], nodes: [nodeOf("y = ours.Self(x)")] })],
      [["ours", 1]],
    ),
    /the function Self calls itself/,
  ],
  [
    "an operator that nobody knows",
    modelOf({ inputs: [image], nodes: [nodeOf("y = Abacus(image)")], outputs: [valueOf("y")] }),
    /the operator Abacus is not supported/,
  ],
  [
    "operators of another domain",
    modelOf({ inputs: [image], nodes: [nodeOf("y = theirs.Run(image)")], outputs: [valueOf("y")] }),
    /theirs\.Run is not supported/,
  ],
  [
    "an operator set that is too old",
    { ...good, opsets: new Map([["", 9]]) },
    /written for version 9 of ONNX's operators; expected 11 to 21/,
  ],
  ["an operator set that is too new", { ...good, opsets: new Map([["", 99]]) }, /version 99 of ONNX's operators/],
  [
    "a picture of a billion pixels",
    withGraph(() => ({ inputs: [valueOf("image", ["batch", 3, 1e5, 1e5])] })),
    /takes pictures of 100000 px; expected 16 to 4096/,
  ],
  [
    "a tensor that grows beyond measure",
    modelOf({
      inputs: [image],
      initializers: [tensorFrom("repeats", "int64", [4], [1, 1, 10_000, 10_000])],
      nodes: [nodeOf("y = Tile(image, repeats)"), nodeOf("z = GlobalAveragePool(y)")],
      outputs: [valueOf("z")],
    }),
    /The tensor y has the shape \[7, 3, 160000, 160000\] for 7 pictures; expected at most 268435456 numbers for each/,
  ],
  [
    "a shape that is known only when it runs",
    modelOf({
      inputs: [image],
      nodes: [nodeOf("i = Cast(image)", { to: int(7) }), nodeOf("y = Reshape(image, i)")],
      outputs: [valueOf("y")],
    }),
    /takes shapes from "i", which is known only when it runs/,
  ],
])("%s", async (_, file, message) => {
  expect(await refusal(file)).toMatch(message);
});

/** A field of bytes, as protobuf writes it. */
function field(number: number, content: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest % 128) | 128);
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
}

const relu = field(1, Buffer.concat([field(1, Buffer.from("x")), field(2, Buffer.from("x")), field(4, Buffer.from("Relu"))]));

/** Graphs inside attributes of nodes, so deep that reading them one inside the other would end the stack. */
function nested(depth: number): Uint8Array {
  let graph: Buffer = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) graph = field(1, field(5, Buffer.concat([field(6, graph), Buffer.from([0xa0, 0x01, 5])])));
  return field(7, graph);
}

test.each<[string, () => Uint8Array, RegExp]>([
  ["a million nodes", () => field(7, Buffer.concat(Array.from({ length: 1_000_000 }, () => relu))), /more than 100000 nodes/],
  ["four million empty tensors", () => field(7, Buffer.alloc(8_000_000, Buffer.from([0x2a, 0]))), /more than 2000000 tensors/],
  ["four million fields that nobody knows", () => Buffer.alloc(12_000_000, Buffer.from([0xfa, 0x06, 0])), /more than 2000000 tensors/],
  ["four million outputs of one node", () => field(7, field(1, Buffer.alloc(8_000_000, Buffer.from([0x12, 0])))), /more than 2000000/],
  ["four million numbers of one attribute", () => field(7, field(1, field(5, field(8, Buffer.alloc(4_000_000, 1))))), /more than 2000000/],
  ["graphs two thousand deep", () => nested(2000), /more than 16 deep/],
  [
    "a dimension of 2^62",
    () => field(7, field(11, field(2, field(1, field(2, field(1, Buffer.from([0x08, ...Array<number>(8).fill(0x80), 0x40]))))))),
    /a dimension of 4611686018427387904/,
  ],
])("%s", async (_, make, message) => {
  expect(await refusal(make())).toMatch(message);
});

test("a tensor whose dimensions multiply to more than there is", async () => {
  // The dimensions of the initializer are patched in the file: 3 becomes 2^31 - 1.
  const text = Buffer.from(bytes);
  const at = text.indexOf(Buffer.from([0x0a, 0x04, 0x20, 0x03, 0x03, 0x03]));
  expect(at).toBeGreaterThan(0);
  text.set([0x0a, 0x04, 0xff, 0xff, 0xff, 0x7f], at);
  expect(await refusal(new Uint8Array(text))).toMatch(/weights_32x3x3x3_1.*(elements|bytes)/);
});

/** The good model with its weights in a file of their own. */
function external(location: string): Model {
  return withGraph(({ initializers }) => ({
    initializers: initializers.map((tensor): Tensor => ({
      ...tensor,
      bytes: new Uint8Array(0),
      external: new Map([["location", location]]),
    })),
  }));
}

const weightBytes = good.graph.initializers[0]?.bytes as Uint8Array;

test.each<[string, string, (folder: string) => void, RegExp]>([
  [
    "a way up",
    "../secret.bin",
    (folder) => writeFileSync(join(folder, "../secret.bin"), weightBytes),
    /expected a file in the model's own folder/,
  ],
  [
    "a way up and down again",
    "weights/../../secret.bin",
    (folder) => (mkdirSync(join(folder, "weights")), writeFileSync(join(folder, "../secret.bin"), weightBytes)),
    /own folder/,
  ],
  ["an absolute path", "/etc/hostname", () => undefined, /own folder/],
  [
    "a link that leads out",
    "weights.bin",
    (folder) => (writeFileSync(join(folder, "../secret.bin"), weightBytes), symlinkSync("../secret.bin", join(folder, "weights.bin"))),
    /own folder/,
  ],
  ["a file that is not there", "weights.bin", () => undefined, /cannot be opened .*Put it beside the model/],
  [
    "a file that is too short",
    "weights.bin",
    (folder) => writeFileSync(join(folder, "weights.bin"), weightBytes.subarray(0, 100)),
    /it has 100 bytes; expected 3456/,
  ],
])("weights by %s", async (_, location, prepare, message) => {
  expect(await refusal(external(location), prepare)).toMatch(message);
});

test("weights beside the model are folded in, so that the encoder is one file", async () => {
  const home = temporaryFolder();
  writeFileSync(join(home, "weights.bin"), weightBytes);
  const { encoder } = await importEncoder({ file: saved(external("weights.bin"), home), dataFolder: join(home, "data"), threads: 1 });
  const [tensor] = readModel(new Uint8Array(readFileSync(encoder.card.modelPath))).graph.initializers;
  expect([tensor?.external, Buffer.from(tensor?.bytes as Uint8Array).equals(Buffer.from(weightBytes))]).toEqual([null, true]);
});

test.each<[string, Model, RegExp]>([
  [
    "that are no numbers",
    withGraph(({ initializers }) => ({
      initializers: initializers.map((tensor) =>
        tensorFrom(tensor.name, "float32", tensor.dimensions, new Array<number>(864).fill(Number.NaN)),
      ),
    })),
    /^The encoder does not run: The encoder gave a vector of length NaN/,
  ],
  [
    "that are the same for every picture",
    smallEncoder({
      tail: (builder, given) => [
        builder.node("Add", [builder.node("Mul", [averaged(builder, given), builder.scalar(0, given)]), builder.scalar(1, given)]),
      ],
    }),
    /gives two different pictures the same vector/,
  ],
  [
    "that depend on the other pictures",
    smallEncoder({
      tail: (builder, given) => {
        const rows = averaged(builder, convolved(builder, given));
        const mean = builder.node("ReduceMean", [rows], { axes: ints([0]), keepdims: int(1) });
        return [builder.node("Add", [rows, mean])];
      },
    }),
    /gives a picture another vector when another picture is beside it: export it in evaluation mode/,
  ],
])("vectors %s", async (_, model, message) => {
  expect(await refusal(model)).toMatch(message);
});

test("a path that is no file", async () => {
  const folder = temporaryFolder();
  const take = (file: string): Promise<unknown> => importEncoder({ file, dataFolder: join(folder, "data"), threads: 1 });
  await expect(take(join(folder, "none.onnx"))).rejects.toThrow(/none\.onnx cannot be read: ENOENT/);
  await expect(take(folder)).rejects.toThrow(`${folder} is no file; expected an ONNX file.`);
});
