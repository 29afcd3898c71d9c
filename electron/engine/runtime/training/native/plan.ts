/**
 * @file A plan under construction: where each value lies, the steps so far, and what handlers (operators/) need to add to them.
 */
import { BugError } from "../../../base/errors.ts";
import type { Model, Tensor } from "../../../onnx/model.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import type { Types } from "../../../onnx/type-table.ts";
import type { StaticType } from "../../../onnx/shapes/rule.ts";
import type { Operation } from "./operation.ts";
import { operand, pointwiseCode, walkNumbers, walkOver, type PointwiseKind, type Step } from "./steps.ts";
import { broadcastStrides, bytesOf, channelsLastStrides, isChannelsLast, isElementKind, isPlain, liesAs, plainStrides, type ElementKind, type Place, type Stretch } from "./place.ts"; // prettier-ignore

/** Nodes that ONNX Runtime runs: their places are plain. */
export interface SessionStep {
  readonly kind: "session";
  /** Inputs that are known before anything runs: axes, sizes. */
  readonly constants: readonly Tensor[];
  readonly operation: Operation;
  readonly reads: readonly Place[];
  readonly writes: readonly Place[];
  readonly label: string;
}

export class Plan {
  readonly types: Types;
  readonly version: number;
  readonly steps: (Step | SessionStep)[] = [];
  readonly stretches: Stretch[] = [];
  readonly constants: { readonly place: Place; readonly bytes: Uint8Array }[] = [];
  readonly #places = new Map<string, Place>();
  readonly #tensors: ReadonlyMap<string, Uint8Array>;
  readonly #reads: ReadonlyMap<string, number>;
  readonly #turned: { readonly from: Place; readonly to: Place }[] = [];
  #label = "";

  /** @param reads how many operations read each value */
  constructor(model: Model, types: Types, reads: ReadonlyMap<string, number>) {
    this.types = types;
    this.version = model.opsets.get("") ?? 1;
    this.#tensors = new Map(model.graph.initializers.map(({ name, bytes }) => [name, bytes]));
    this.#reads = reads;
  }

  typeOf(name: string): StaticType {
    const type = this.types.types.get(name);
    if (type === undefined) throw new BugError(`nothing makes the value "${name}"`);
    return type;
  }

  /** The numbers of a small value that is known before anything runs. */
  knownValues(name: string): readonly number[] | null {
    return this.types.known.get(name)?.values ?? null;
  }

  /** A place of its own for `shape`. */
  place(
    kind: ElementKind,
    shape: readonly number[],
    strides: readonly number[] = plainStrides(shape),
    use: "passing" | "kept" | "state" = "passing",
  ): Place {
    const bytes = elementCount(shape) * bytesOf(kind);
    const stretch: Stretch = {
      bytes,
      isKept: use !== "passing",
      isState: use === "state",
      pendingReads: 0,
      firstStep: -1,
      lastStep: -1,
      address: 0,
    };
    this.stretches.push(stretch);
    return { stretch, kind, shape, strides, offset: 0 };
  }

  /** A place for the value `name`. */
  placeFor(name: string, order: "plain" | "channelsLast" = "plain", use: "passing" | "kept" | "state" = "passing"): Place {
    const { elementType, shape } = this.typeOf(name);
    if (!isElementKind(elementType)) throw new BugError(`${name} holds ${elementType}`);
    return this.place(elementType, shape, order === "plain" ? plainStrides(shape) : channelsLastStrides(shape), use);
  }

  placeOf(name: string): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const bytes = this.#tensors.get(name) ?? this.#bytesOfKnown(name);
    if (bytes === null) throw new BugError(`the value "${name}" has no place yet`);
    const place = this.placeFor(name, "plain", "kept");
    this.constants.push({ place, bytes });
    this.bind(name, place);
    return place;
  }

  hasPlace(name: string): boolean {
    return this.#places.has(name);
  }

  /** From now on `name` lies there. */
  bind(name: string, place: Place): void {
    place.stretch.pendingReads += this.#reads.get(name) ?? 0;
    this.#places.set(name, place);
  }

  /** One reader less of each input. */
  begin(operation: Operation): void {
    this.#label = `${operation.kind} ${operation.node.name}`;
    for (const name of operation.inputs) {
      const place = this.#places.get(name);
      if (place !== undefined) place.stretch.pendingReads--;
    }
  }

  /** True where nobody will read what lies there once this operation is done. */
  isFree({ stretch }: Place): boolean {
    return !stretch.isKept && stretch.pendingReads === 0;
  }

  emit(step: Omit<Step, "label"> | Omit<SessionStep, "label">): void {
    const index = this.steps.length;
    for (const { stretch } of [...step.reads, ...step.writes]) {
      if (stretch.firstStep < 0) stretch.firstStep = index;
      stretch.lastStep = index;
    }
    this.steps.push({ ...step, label: this.#label });
  }

  /** `place` with its numbers lying as `strides` say: itself, or a copy. */
  lying(place: Place, strides: readonly number[]): Place {
    if (liesAs(place, strides)) return place;
    const copy = this.place(place.kind, place.shape, strides);
    this.copy(place, copy);
    return copy;
  }

  plain(place: Place): Place {
    return isPlain(place) ? place : this.lying(place, plainStrides(place.shape));
  }

  /** What is fed and never changes within a step is turned once. */
  channelsLast(place: Place): Place {
    if (isChannelsLast(place)) return place;
    const { stretch, shape, strides, offset } = place;
    const known = this.#turned.find(
      ({ from }) =>
        from.stretch === stretch &&
        from.offset === offset &&
        `${from.shape.join()}/${from.strides.join()}` === `${shape.join()}/${strides.join()}`,
    );
    if (known !== undefined) return known.to;
    const to = this.lying(place, channelsLastStrides(shape));
    if (stretch.isKept && !stretch.isState) {
      to.stretch.pendingReads = Infinity;
      this.#turned.push({ from: place, to });
    }
    return to;
  }

  /** Numbers of one shape and kind from place to place. */
  copy(from: Place, to: Place): void {
    const walk = walkOver(to.shape, [to.strides, from.strides]);
    const [toStrides = [], fromStrides = []] = walk.strides;
    const numbers = (): number[] => [...walkNumbers(walk), ...operand(from, fromStrides), ...operand(to, toStrides)];
    this.emit({ kind: "copy", reads: [from], writes: [to], numbers });
  }

  /** to = kind(...from), each broadcast to the shape of `to`. */
  pointwise(
    kind: PointwiseKind,
    from: readonly Place[],
    to: Place,
    limits: { readonly low: number; readonly high: number } = { low: 0, high: 0 },
  ): void {
    const walk = walkOver(to.shape, [to.strides, ...from.map((each) => broadcastStrides(each, to.shape))]);
    const [toStrides = [], ...rest] = walk.strides;
    const numbers = (): number[] => [
      pointwiseCode(kind),
      ...walkNumbers(walk),
      from.length,
      ...from.flatMap((each, index) => operand(each, rest[index] ?? [])),
      ...operand(to, toStrides),
      limits.low,
      limits.high,
    ];
    this.emit({ kind: "pointwise", reads: from, writes: [to], numbers });
  }

  /** A new plain place of one number. */
  number(value: number): Place {
    const place = this.place("float32", [], [], "kept");
    this.constants.push({ place, bytes: new Uint8Array(Float32Array.of(value).buffer) });
    return place;
  }

  #bytesOfKnown(name: string): Uint8Array | null {
    const known = this.types.known.get(name);
    if (known === undefined) return null;
    const { elementType, values } = known;
    if (elementType === "float32") return new Uint8Array(Float32Array.from(values).buffer);
    if (elementType === "int64") return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    if (elementType === "int32") return new Uint8Array(Int32Array.from(values).buffer);
    return elementType === "bool" ? Uint8Array.from(values) : null;
  }
}
