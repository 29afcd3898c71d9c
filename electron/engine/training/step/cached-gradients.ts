/**
 * @file Large batches on small memory (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup"): the batch passes the network
 * piece by piece and only embeddings are kept; the loss says how each embedding should move; then piece by piece the network runs again, and its gradients
 * are added up. The gradients are those of the whole batch, at the price of one more forward pass.
 */
import { addGradients } from "../../autodiff/backward.ts";
import { BugError, UserError } from "../../base/errors.ts";
import { int } from "../../onnx/graph-builder.ts";
import type { Instance } from "../network/instantiate.ts";
import type { Draft } from "./draft.ts";

/** Puts a copy of the network over some rows of its inputs. @param label begins its names */
export type EncodeRows = (inputs: readonly string[], label: string) => Instance;

interface Pass {
  /** All embeddings, through which no gradient passes by itself. */
  readonly embeddings: string;
  readonly inputs: readonly string[];
  readonly encode: EncodeRows;
}

export class CachedGradients {
  readonly #draft: Draft;
  readonly #pieces: number;
  readonly #passes: Pass[] = [];

  /** @param pieces that a batch is cut into */
  constructor(draft: Draft, pieces: number) {
    this.#draft = draft;
    this.#pieces = pieces;
  }

  /** The first pass: embeddings of all rows, and what the first piece did to running statistics. */
  encode(inputs: readonly string[], encode: EncodeRows): { readonly embedding: string; readonly first: Instance } {
    const { operators } = this.#draft;
    const instances = Array.from({ length: this.#pieces }, (_, piece) => {
      const [from, to] = this.#rowsOf(inputs, piece);
      return encode(
        inputs.map((input) => operators.rows(input, from, to)),
        `${this.#passes.length}/first/${piece}/`,
      );
    });
    const embeddings = operators.detach(operators.stack(instances.map(({ embedding }) => embedding)));
    this.#passes.push({ embeddings, inputs, encode });
    return { embedding: embeddings, first: instances[0] as Instance };
  }

  /**
   * Gradients of the loss.
   * @param inside parameters of the network, @param outside all others
   * @returns by parameter
   */
  gradients(loss: string, inside: readonly string[], outside: readonly string[]): Map<string, string> {
    const { builder, operators } = this.#draft;
    const leaves = this.#passes.map(({ embeddings }) => embeddings);
    const direct = addGradients(builder, loss, [...outside, ...leaves]);
    const found = new Map(outside.map((name, at) => [name, direct[at] as string]));
    this.#passes.forEach(({ inputs, encode, embeddings }, pass) => {
      const wanted = operators.detach(direct[outside.length + pass] as string);
      for (let piece = 0; piece < this.#pieces; piece++) {
        const [from, to] = this.#rowsOf(inputs, piece);
        const { embedding } = encode(
          inputs.map((input) => this.#again(input, from, to)),
          `${pass}/again/${piece}/`,
        );
        if (builder.shapeOf(embedding)[1] !== builder.shapeOf(embeddings)[1]) throw new BugError("two passes of a network differ");
        const moved = operators.total(operators.multiply(embedding, operators.rows(wanted, from, to)));
        addGradients(builder, moved, inside).forEach((gradient, at) => {
          const name = inside[at] as string;
          const sum = found.get(name);
          found.set(name, sum === undefined ? gradient : operators.add(sum, gradient));
        });
      }
    });
    return found;
  }

  #rowsOf(inputs: readonly string[], piece: number): readonly [from: number, to: number] {
    const [rows = 0] = this.#draft.operators.shape(inputs[0] as string);
    if (rows % this.#pieces !== 0)
      throw new UserError(
        "setting-invalid",
        `--set: pieces is ${this.#pieces}; ${rows} views do not divide into so many. Choose a divisor.`,
      );
    const each = rows / this.#pieces;
    return [piece * each, (piece + 1) * each];
  }

  /** By another operator than the first time: equal nodes would become one, and everything would be kept after all. */
  #again(input: string, from: number, to: number): string {
    const rows = Array.from({ length: to - from }, (_, at) => from + at);
    return this.#draft.builder.node("Gather", [input, this.#draft.builder.list(rows)], { axis: int(0) });
  }
}
