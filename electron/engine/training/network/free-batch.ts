/**
 * @file A graph that was written for a fixed number of pictures at a time, made ready for any number. Where the number stands in the graph is found
 * by inferring its shapes twice, for its own number and for another one that stands out: what differs carries the batch. A shape that is written down for
 * such a value gets -1 in the batch's place; a constant that stands beside it (a class token) is repeated as often as there are pictures.
 */
import { UserError, messageOf } from "../../base/errors.ts";
import { intOf } from "../../onnx/attributes.ts";
import { int, type Attributes } from "../../onnx/graph-builder.ts";
import { beginTypes, inferTypes } from "../../onnx/infer.ts";
import type { Model, Node, Tensor } from "../../onnx/model.ts";
import { newNode } from "../../onnx/new-node.ts";
import { elementCount, floatsOf, integersOf, tensorFrom } from "../../onnx/tensor-values.ts";
import type { TypeTable, Types } from "../../onnx/type-table.ts";

/** A prime, so that a size that follows it is the batch and nothing else. */
const otherBatch = 7;

export interface FixedBatch {
  /** The input of the pictures. */
  readonly input: string;
  readonly output: string;
  /** Its shape, with the number that is written into the graph. */
  readonly shape: readonly number[];
}

/** Throws UserError `fixed-batch` where the number cannot be told from what else is written there. */
export function freeBatch(model: Model, fixed: FixedBatch): Model {
  const [batch = 1, ...picture] = fixed.shape;
  try {
    const rewriting = new Rewriting(model, fixed, batch);
    for (const node of model.graph.nodes) rewriting.add(node);
    const [rows] = rewriting.other.types.get(fixed.output)?.shape ?? [];
    if (rows !== otherBatch)
      throw new UserError("fixed-batch", `the embedding comes out as ${rows ?? "no"} rows for ${otherBatch} pictures`);
    const { nodes, initializers } = rewriting;
    const free = (name: string, shape: readonly (number | string)[]) => ({
      name,
      type: { elementType: "float32" as const, shape },
      docString: "",
      otherType: null,
    });
    const { graph } = model;
    const inputs = graph.inputs.map((info) => (info.name === fixed.input ? free(info.name, ["batch", ...picture]) : info));
    const outputs = graph.outputs.map((info) =>
      info.name === fixed.output ? free(info.name, ["batch", ...(rewriting.other.types.get(info.name)?.shape.slice(1) ?? [])]) : info,
    );
    return { ...model, graph: { ...graph, nodes, initializers, inputs, outputs, valueInfos: [] } };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new UserError(
      "fixed-batch",
      `The model takes ${batch} pictures at a time, and training needs any number: ${messageOf(thrown).replace(/\.$/, "")}. Export it with a free batch (dynamic_axes or dynamic_shapes of torch.onnx.export).`,
      { cause: thrown },
    );
  }
}

/** Where the batch is in a value: the axis, what stands before it there (tokens that come first, in one axis with it), and the rows behind it. */
interface Place {
  readonly axis: number;
  readonly before: number;
  readonly rows: number;
}

class Rewriting {
  readonly nodes: Node[] = [];
  readonly initializers: Tensor[];
  /** Types for the other batch, of what was rewritten. */
  readonly other: TypeTable;
  readonly #own: Types;
  readonly #batch: number;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #input: string;
  /** Of values in which something stands before the batch in its axis. */
  readonly #before = new Map<string, number>();
  #count = 0;
  #rows: string | null = null;

  constructor(model: Model, { input, shape }: FixedBatch, batch: number) {
    const { graph } = model;
    this.#batch = batch;
    this.#input = input;
    this.#own = inferTypes(model, new Map([[input, shape]]));
    this.other = beginTypes(model, new Map([[input, [otherBatch, ...shape.slice(1)]]]));
    this.initializers = [...graph.initializers];
    this.#tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  }

  add(node: Node): void {
    const { opType } = node;
    if (node.domain !== "") return this.#push(node);
    if (opType === "Reshape") this.#push(this.#written(node.inputs[1]) === null ? node : this.#reshaped(node));
    else if (opType === "Gather" && this.#gathersAll(node))
      this.#push(this.#reshaped({ ...node, opType: "Reshape", attributes: new Map() }));
    else if (opType === "Expand") this.#push(this.#expanded(node));
    else if (opType === "Concat") this.#push(this.#joined(node));
    else this.#push(this.#besideBatch(node));
    if (opType !== "Reshape") this.#inherit(node);
  }

  /** Products and sums leave the rows of a matrix where they are. */
  #inherit({ inputs, outputs }: Node): void {
    const before = inputs.map((name) => this.#before.get(name)).find((each) => each !== undefined);
    if (before !== undefined) for (const name of outputs) this.#before.set(name, before);
  }

  #push(node: Node): void {
    this.other.addNode(node, this.nodes.length);
    this.nodes.push(node);
  }

  #place(name: string): Place | null {
    const own = this.#own.types.get(name)?.shape ?? [];
    const other = this.other.types.get(name)?.shape ?? [];
    const axes = own.flatMap((size, axis) => (size === other[axis] ? [] : [axis]));
    if (axes.length === 0) return null;
    const [axis = 0] = axes;
    const size = own[axis] as number;
    if (axes.length > 1 || size % this.#batch !== 0 || other[axis] !== (size / this.#batch) * otherBatch)
      throw new UserError("fixed-batch", `"${name}" of [${own.join(", ")}] has the batch in several places`);
    const before = this.#before.get(name) ?? 1;
    return { axis, before, rows: size / this.#batch / before };
  }

  /** A list of whole numbers that is the same for both batches; null where it follows the batch already, or is not known. */
  #written(name: string | undefined): readonly number[] | null {
    const [own, other] = [this.#own.known.get(name ?? "")?.values, this.other.known.get(name ?? "")?.values];
    return own !== undefined && other !== undefined && own.every((value, at) => value === other[at]) ? own : null;
  }

  #reshaped(node: Node): Node {
    const [data = ""] = node.inputs;
    const place = this.#place(data);
    if (place === null) return node;
    const from = this.#own.types.get(data)?.shape ?? [];
    const to = this.#own.types.get(node.outputs[0] ?? "")?.shape ?? [];
    /** Numbers from one picture to the next. */
    const stride = place.rows * elementCount(from.slice(place.axis + 1));
    const behind = (at: number): number => elementCount(to.slice(at + 1));
    const alone = to.findIndex((size, at) => size * behind(at) === this.#batch * stride);
    const joined = to.findIndex((size, at) => size % this.#batch === 0 && behind(at) === stride);
    // Rows of a matrix are tokens of pictures or pictures of tokens; a batch of 1 does not show which.
    const axis = alone < 0 || (this.#batch === 1 && joined >= 0 && to.length < from.length) ? joined : alone;
    if (axis < 0)
      throw new UserError("fixed-batch", `the Reshape node "${node.name}" of [${from.join(", ")}] to [${to.join(", ")}] spreads the batch`);
    if (axis !== alone) this.#before.set(node.outputs[0] ?? "", (to[axis] as number) / this.#batch);
    return { ...node, inputs: [data, this.#list(to.map((size, at) => (at === axis ? -1 : size)))] };
  }

  /** All numbers of a list in their order, in another shape: how PyTorch writes a view by strides. */
  #gathersAll({ inputs }: Node): boolean {
    const [data = "", places = ""] = inputs;
    const tensor = this.#tensors.get(places);
    const count = this.#own.types.get(data)?.shape ?? [];
    if (tensor === undefined || count.length !== 1 || this.#place(data) === null || elementCount(tensor.dimensions) !== count[0])
      return false;
    return integersOf(tensor).every((place, at) => place === at);
  }

  #expanded(node: Node): Node {
    const [data = "", shape] = node.inputs;
    const place = this.#place(data);
    const written = this.#written(shape);
    if (place === null || written === null) return node;
    // 1 leaves what is there.
    const axis = place.axis + written.length - (this.#own.types.get(data)?.shape.length ?? 0);
    return { ...node, inputs: [data, this.#list(written.map((size, at) => (at === axis ? 1 : size)))] };
  }

  #joined(node: Node): Node {
    const places = node.inputs.map((name) => this.#place(name));
    const place = places.find((each) => each !== null);
    if (place === undefined || places.every((each) => each !== null)) return node;
    const rank = this.#own.types.get(node.inputs[0] ?? "")?.shape.length ?? 0;
    const axis = intOf(node, "axis", 0);
    if ((axis < 0 ? axis + rank : axis) === place.axis) return node;
    const inputs = node.inputs.map((name, at) => (places[at] === null ? this.#repeated(this.#first(name, place.axis), place, rank) : name));
    return { ...node, inputs };
  }

  /** What is written once for each picture of the batch, beside values that carry it. */
  #besideBatch(node: Node): Node {
    if (this.#batch === 1 || node.inputs.length < 2) return node;
    const places = node.inputs.map((name) => this.#place(name));
    const at = places.findIndex((each) => each !== null);
    const place = places[at] ?? null;
    if (place === null || place.rows !== 1) return node;
    const rankOf = (name: string): number => this.#own.types.get(name)?.shape.length ?? 0;
    const fromEnd = rankOf(node.inputs[at] as string) - place.axis;
    const inputs = node.inputs.map((name, index) => {
      const shape = this.#own.types.get(name)?.shape ?? [];
      const axis = shape.length - fromEnd;
      return places[index] === null && this.#tensors.has(name) && shape[axis] === this.#batch && elementwise.has(node.opType)
        ? this.#first(name, axis)
        : name;
    });
    return { ...node, inputs };
  }

  /** The first of the rows along the batch's axis of a value that no picture changes; all must be the same. */
  #first(name: string, axis: number): string {
    const shape = this.#own.types.get(name)?.shape ?? [];
    if (shape[axis] === 1) return name;
    const tensor = this.#tensors.get(name);
    if (shape[axis] !== this.#batch || (tensor !== undefined && !hasEqualRows(tensor, axis)))
      throw new UserError("fixed-batch", `"${name}" of [${shape.join(", ")}] holds something else for each picture`);
    return this.#node("Slice", [name, this.#list([0]), this.#list([1]), this.#list([axis])]);
  }

  #repeated(name: string, { axis, rows }: Place, rank: number): string {
    if (rows !== 1) throw new UserError("fixed-batch", `"${name}" would have to be repeated for parts of pictures`);
    if (this.#rows === null) this.#rows = this.#node("Slice", [this.#node("Shape", [this.#input]), this.#list([0]), this.#list([1])]);
    const ones = (count: number): string[] => (count === 0 ? [] : [this.#list(Array<number>(count).fill(1))]);
    const shape = [...ones(axis), this.#rows, ...ones(rank - axis - 1)];
    return this.#node("Expand", [name, this.#node("Concat", shape, { axis: int(0) })]);
  }

  #node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = this.#fresh();
    this.#push(newNode({ opType, inputs, outputs: [name], attributes }));
    return name;
  }

  #list(values: readonly number[]): string {
    const tensor = tensorFrom(this.#fresh(), "int64", [values.length], values);
    this.initializers.push(tensor);
    this.other.addTensor(tensor);
    return tensor.name;
  }

  #fresh(): string {
    return `free-batch/${++this.#count}`;
  }
}

const elementwise = new Set(["Add", "Sub", "Mul", "Div", "Pow", "Where", "Min", "Max"]);

function hasEqualRows(tensor: Tensor, axis: number): boolean {
  if (tensor.elementType !== "float32") return false;
  const values = floatsOf(tensor);
  const inner = elementCount(tensor.dimensions.slice(axis + 1));
  const size = tensor.dimensions[axis] as number;
  return values.every((value, at) => value === values[at - (Math.floor(at / inner) % size) * inner]);
}
