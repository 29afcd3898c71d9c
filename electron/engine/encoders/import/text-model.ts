/**
 * @file The text half of a pair: a stranger's ONNX file that makes vectors of tokens, read within the limits of any model, its inputs told apart by their
 * names and its embedding among its outputs. What no rule tells (the length of a text, what fills it up) may be said in the preprocessing file, under "text".
 */
import { UserError } from "../../base/errors.ts";
import type { Model, ValueInfo } from "../../onnx/model.ts";
import { elementTypes } from "../../onnx/element-type.ts";
import { int } from "../../onnx/graph-builder.ts";
import type { TextInput } from "../../runtime/text/text-specification.ts";
import { readJsonFile, record, refuse as refuseField, text, whole } from "../card-fields.ts";
import { GraphTail } from "../graph-tail.ts";
import { contextBounds } from "../text-tower.ts";
import { describeValue } from "./image-input.ts";
import { pruneGraph } from "./promote.ts";

export interface TextModel {
  readonly model: Model;
  readonly input: TextInput;
  /** Name of the output. */
  readonly output: string;
  /** What was found and assumed, a sentence each. */
  readonly notes: readonly string[];
}

export interface TextWishes {
  readonly context?: number | undefined;
  readonly padding?: number | undefined;
  readonly fillsUp?: boolean | undefined;
  readonly output?: string | undefined;
}

/** CLIP's, where neither the model nor the tokenizer nor a person says another. */
export const usualContext = 77;

/** @param path of a preprocessing file; its part "text" is read */
export function readTextWishes(path: string): TextWishes {
  const told = readJsonFile(path)["text"];
  if (told === undefined) return {};
  const fields = record(path, "text", told);
  // A whole card's part about texts says it of its input.
  const input = fields["input"] === undefined ? fields : record(path, "text.input", fields["input"]);
  const { context, padding, fillsUp } = input;
  const output = fields["output"];
  if (fillsUp !== undefined && typeof fillsUp !== "boolean") refuseField(path, "text.fillsUp", fillsUp, "true or false");
  return {
    context: context === undefined ? undefined : whole(path, "text.context", context, contextBounds),
    padding: padding === undefined ? undefined : whole(path, "text.padding", padding, [0, 2 ** 31 - 1]),
    fillsUp,
    output: output === undefined ? undefined : text(path, "text.output", typeof output === "string" ? output : record(path, "text.output", output)["name"]), // prettier-ignore
  };
}

/**
 * @param dimensions of the image model's embedding
 * @param wishes what was asked for or stands in the tokenizer
 * Throws UserError `text-input`, `text-output` or `text-width`.
 */
export function findTextModel(model: Model, dimensions: number, wishes: TextWishes): TextModel {
  const inputs = inputsOf(model);
  const length = inputs.length ?? null;
  if (length !== null && wishes.context !== undefined && wishes.context !== length)
    refuse("text-input", `reads ${length} tokens, ${wishes.context} were asked for; expected the same`);
  const context = length ?? wishes.context ?? usualContext;
  const output = outputOf(model, dimensions, wishes.output);
  const promoted = promote(model, output, dimensions, inputs.names);
  const input: TextInput = {
    tokens: inputs.tokens,
    mask: inputs.mask,
    kinds: inputs.kinds,
    elementType: inputs.elementType,
    batch: inputs.batch,
    context,
    padding: wishes.padding ?? 0,
    fillsUp: length !== null || (wishes.fillsUp ?? false),
  };
  const notes = [
    `Texts go in as "${input.tokens}"${input.mask === null ? "" : ` with the mask "${input.mask}"`} and come out as "${output.name}": ${dimensions} numbers, as many as of a picture.`,
    `At most ${context} tokens of a text are read (${length !== null ? "so the model says" : wishes.context !== undefined ? "as told" : "CLIP's number: nothing says another; --context N does"})${input.fillsUp ? `, filled up with ${input.padding}` : ""}.`,
  ];
  return { ...promoted, input, notes };
}

interface Inputs {
  readonly names: readonly string[];
  readonly tokens: string;
  readonly mask: string | null;
  readonly kinds: string | null;
  readonly elementType: "int64" | "int32";
  readonly batch: number | null;
  /** Null: free. */
  readonly length: number | null;
}

function inputsOf({ graph }: Model): Inputs {
  const given = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !given.has(name));
  const shown = inputs.map(describeValue).join(", ");
  if (inputs.some(({ type }) => type?.shape?.length === 4))
    refuse("text-input", `takes pictures (${shown}); expected the text half of the pair in a file of its own. Export the two halves apart`);
  const isMask = (name: string): boolean => /mask/i.test(name);
  const isKinds = (name: string): boolean => /token_?type|segment/i.test(name);
  const others = inputs.filter(({ name }) => !isMask(name) && !isKinds(name));
  const masks = inputs.filter(({ name }) => isMask(name));
  const kinds = inputs.filter(({ name }) => isKinds(name));
  const [tokens] = others;
  if (tokens === undefined || others.length !== 1 || masks.length > 1 || kinds.length > 1)
    refuse("text-input", `takes ${shown}; expected the tokens, and at most their mask and their types beside them`);
  const elementType = tokens.type?.elementType;
  if (elementType !== "int64" && elementType !== "int32") refuse("text-input", `takes ${describeValue(tokens)}; expected int64 or int32`);
  for (const each of inputs)
    if (each.type?.elementType !== elementType)
      refuse("text-input", `takes ${shown}; expected all of them to be ${elementType}, as the tokens are`);
  const shape = tokens.type?.shape ?? [null, null];
  if (shape.length !== 2) refuse("text-input", `takes ${describeValue(tokens)}; expected two dimensions: batch and tokens`);
  const [batch, length] = shape.map((size) => (typeof size === "number" ? size : null)) as [number | null, number | null];
  if (batch !== null && (batch < 1 || batch > 4096)) refuse("text-input", `takes ${batch} texts at a time; expected 1 to 4096`);
  if (length !== null && (length < contextBounds[0] || length > contextBounds[1]))
    refuse("text-input", `reads ${length} tokens; expected ${contextBounds.join(" to ")}`);
  const names = inputs.map(({ name }) => name);
  return { names, tokens: tokens.name, mask: masks[0]?.name ?? null, kinds: kinds[0]?.name ?? null, elementType, batch, length };
}

const embeddingNames = /embed|feature|proj/i;

/** The one that is asked for; else the one with a row of so many numbers for a text, by its name where there are several. */
function outputOf({ graph }: Model, dimensions: number, wished: string | undefined): ValueInfo {
  const { outputs } = graph;
  const shown = outputs.map(describeValue).join(", ");
  if (wished !== undefined)
    return outputs.find(({ name }) => name === wished) ?? refuse("text-output", `has no output "${wished}"; it has ${shown}`);
  const isRow = ({ type }: ValueInfo): boolean => type === null || type.shape === null || type.shape.length === 2;
  const rows = outputs.filter(isRow);
  const widthOf = ({ type }: ValueInfo): number | null => {
    const width = type?.shape?.[1];
    return typeof width === "number" ? width : null;
  };
  const fitting = rows.filter((each) => widthOf(each) === null || widthOf(each) === dimensions);
  if (fitting.length === 0 && rows.length > 0)
    refuse(
      "text-width",
      `gives ${rows.map(describeValue).join(", ")}, the image model ${dimensions} numbers; expected as many: the two must be halves of one pair`,
    );
  const named = fitting.filter(({ name }) => embeddingNames.test(name));
  const candidates = named.length > 0 ? named : fitting;
  const [only] = candidates;
  if (only === undefined) refuse("text-output", `has no output of one row per text: it has ${shown}`);
  if (candidates.length > 1)
    refuse("text-output", `has several outputs that may be the embedding: ${candidates.map(({ name }) => name).join(", ")}. Name it with --text-output`); // prettier-ignore
  return only;
}

/** Cut down to what makes the embedding, as float32. */
function promote(model: Model, { name, type }: ValueInfo, dimensions: number, inputs: readonly string[]): { model: Model; output: string } {
  const tail = new GraphTail(model);
  const isOther = type !== null && type.elementType !== "float32";
  const value = isOther ? tail.node("Cast", [name], { to: int(elementTypes.indexOf("float32")) }, "text_embedding") : name;
  const output: ValueInfo = {
    name: value,
    type: { elementType: "float32", shape: ["batch", dimensions] },
    docString: "",
    otherType: null,
  };
  const graph = { ...tail.extend(model.graph), outputs: [output], valueInfos: [] };
  const irVersion = model.irVersion < 4n ? 4n : model.irVersion;
  return { model: { ...model, irVersion, graph: pruneGraph(graph, inputs) }, output: value };
}

function refuse(code: string, why: string): never {
  throw new UserError(code, `The text model ${why}.`);
}
