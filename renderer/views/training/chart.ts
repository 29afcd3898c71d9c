/** @file A small line chart on a canvas: one or two curves over steps, a few grid lines with numbers, nothing that moves by itself. */

export interface Curve {
  readonly name: string;
  /** A token, such as "--accent". */
  readonly colour: string;
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Drawn as points too, where there are few. */
  readonly dots?: boolean;
}

export interface ChartRange {
  readonly low: number;
  readonly high: number;
  /** Where the grid lines are. */
  readonly ticks: readonly number[];
}

/** Round numbers around what is there. */
export function rangeOf(curves: readonly Curve[], fixed?: readonly [number, number]): ChartRange {
  let [low, high] = fixed ?? [Infinity, -Infinity];
  if (fixed === undefined)
    for (const { values } of curves)
      for (let at = 0; at < values.length; at++) {
        const value = values[at] as number;
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  if (low > high) return { low: 0, high: 1, ticks: [0, 1] };
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const step = roundStep((high - low) / 3);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
  return { low: ticks[0] ?? low, high: ticks.at(-1) ?? high, ticks };
}

/** A mean over neighbours, for a loss that jumps from step to step. */
export function smooth(values: ArrayLike<number>, width: number): Float32Array {
  const made = new Float32Array(values.length);
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    sum += values[at] as number;
    if (at >= width) sum -= values[at - width] as number;
    made[at] = sum / Math.min(at + 1, width);
  }
  return made;
}

/** The last place whose step is not beyond `step`, or -1. */
export function placeAt(steps: ArrayLike<number>, step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export const chartMargin = { left: 40, right: 8, top: 8, bottom: 18 };

export interface ChartPicture {
  readonly width: number;
  readonly height: number;
  readonly curves: readonly Curve[];
  readonly range: ChartRange;
  readonly totalSteps: number;
  /** Step under the pointer, or null. */
  readonly pointed: number | null;
}

export function drawChart(context: CanvasRenderingContext2D, picture: ChartPicture, token: (name: string) => string): void {
  const { width, height, curves, range, totalSteps, pointed } = picture;
  const { left, right, top, bottom } = chartMargin;
  const across = Math.max(1, width - left - right);
  const up = Math.max(1, height - top - bottom);
  const x = (step: number): number => left + (across * step) / Math.max(1, totalSteps);
  const y = (value: number): number => top + up * (1 - (value - range.low) / (range.high - range.low));
  context.clearRect(0, 0, width, height);
  context.font = `11px ${token("--font")}`;
  context.lineWidth = 1;
  context.strokeStyle = token("--line");
  context.fillStyle = token("--text-second");
  context.textBaseline = "middle";
  context.textAlign = "right";
  const digits = Math.max(0, Math.min(3, Math.ceil(-Math.log10((range.high - range.low) / 3))));
  for (const tick of range.ticks) {
    const at = Math.round(y(tick)) + 0.5;
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(width - right, at);
    context.stroke();
    context.fillText(tick.toFixed(digits).replace("-", "−"), left - 6, at);
  }
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillText("0", left, height - 4);
  context.textAlign = "right";
  context.fillText(totalSteps.toLocaleString(), width - right, height - 4);
  context.lineJoin = "round";
  for (const { colour, steps, values, dots = false } of curves) {
    context.strokeStyle = token(colour);
    context.fillStyle = context.strokeStyle;
    context.lineWidth = 1.5;
    context.beginPath();
    let hasBegun = false;
    // More points than pixels say nothing more.
    const stride = Math.max(1, Math.floor(values.length / (across * 2)));
    for (let at = 0; at < values.length; at += stride) {
      const value = values[at] as number;
      if (!Number.isFinite(value)) continue;
      if (hasBegun) context.lineTo(x(steps[at] as number), y(value));
      else context.moveTo(x(steps[at] as number), y(value));
      hasBegun = true;
    }
    context.stroke();
    if (dots)
      for (let at = 0; at < values.length; at++) {
        if (!Number.isFinite(values[at] as number)) continue;
        context.beginPath();
        context.arc(x(steps[at] as number), y(values[at] as number), 2.5, 0, 2 * Math.PI);
        context.fill();
      }
  }
  if (pointed !== null) {
    const at = Math.round(x(pointed)) + 0.5;
    context.strokeStyle = token("--line-strong");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(at, top);
    context.lineTo(at, height - bottom);
    context.stroke();
  }
}

function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const lead = step / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}
