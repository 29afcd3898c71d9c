/** @file Points on a plain canvas, for machines without WebGL 2: at most a given number of them, evenly thinned. */
import { cssColour } from "./palette.ts";
import { marks, type Looks, type Surface } from "./surface.ts";

/** More would make panning jerk; the view says how many are left out. */
export const plainLimit = 20_000;

export function createPlainSurface(canvas: HTMLCanvasElement): Surface {
  const context = canvas.getContext("2d");
  let places: Float32Array = new Float32Array(0);
  let from: Float32Array = places;
  let looks: Looks = { colours: new Uint8Array(0), marks: new Uint8Array(0), order: new Uint32Array(0) };

  return {
    kind: "canvas",
    setPlaces(next, previous) {
      places = next;
      from = previous;
    },
    setLooks(next) {
      looks = { ...next, order: thinned(next.order, plainLimit) };
    },
    draw({ camera, size, pixelRatio, diameter, opacity, progress, ring, ringWidth }) {
      if (context === null) return;
      context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
      context.clearRect(0, 0, size.width, size.height);
      if (looks.marks.length * 2 !== places.length) return;
      const { colours, order } = looks;
      for (const point of order) {
        const selected = (looks.marks[point] & marks.selected) !== 0;
        const x = (mix(from[2 * point], places[2 * point], progress) - camera.x) * camera.scale + size.width / 2;
        const y = (mix(from[2 * point + 1], places[2 * point + 1], progress) - camera.y) * camera.scale + size.height / 2;
        if (x < -8 || y < -8 || x > size.width + 8 || y > size.height + 8) continue;
        context.globalAlpha = (colours[4 * point + 3] / 255) * (selected ? 1 : opacity);
        context.fillStyle = cssColour([colours[4 * point], colours[4 * point + 1], colours[4 * point + 2]]);
        context.beginPath();
        context.arc(x, y, diameter / 2, 0, 2 * Math.PI);
        context.fill();
        if (!selected) continue;
        context.globalAlpha = 1;
        context.strokeStyle = cssColour(ring);
        context.lineWidth = ringWidth;
        context.beginPath();
        context.arc(x, y, (diameter + ringWidth) / 2, 0, 2 * Math.PI);
        context.stroke();
      }
    },
    destroy: () => undefined,
  };
}

/** At most `limit` of `order`, at equal steps, in the same order. */
export function thinned(order: Uint32Array, limit: number): Uint32Array {
  if (order.length <= limit) return order;
  return Uint32Array.from({ length: limit }, (_, position) => order[Math.floor((position * order.length) / limit)]);
}

function mix(from: number, to: number, part: number): number {
  return from + (to - from) * part;
}
