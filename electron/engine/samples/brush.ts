/**
 * @file Small tools of the sample painter: numbers, colours and SVG pieces out of a seeded generator.
 */
import type { Random } from "../base/random.ts";

/** What a scene gets: its own generator and the size of its canvas. */
export interface Canvas {
  readonly random: Random;
  readonly width: number;
  readonly height: number;
}

/** A scene is the inside of an SVG document of that size. */
export type Scene = (canvas: Canvas) => string;

export function between(random: Random, least: number, most: number): number {
  return least + random.unit() * (most - least);
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)] as T;
}

export function chance(random: Random, share: number): boolean {
  return random.unit() < share;
}

/** hue 0..360, saturation and lightness 0..100 */
export function hsl(hue: number, saturation: number, lightness: number): string {
  return `hsl(${Math.round(((hue % 360) + 360) % 360)},${Math.round(saturation)}%,${Math.round(lightness)}%)`;
}

/** A gradient from top to bottom (or left to right) that fills can name as url(#id). */
export function gradient(id: string, stops: readonly string[], across = false): string {
  const inner = stops.map((colour, index) => `<stop offset="${index / (stops.length - 1)}" stop-color="${colour}"/>`).join("");
  return `<linearGradient id="${id}" x1="0" y1="0" x2="${across ? 1 : 0}" y2="${across ? 0 : 1}">${inner}</linearGradient>`;
}

export function radial(id: string, inner: string, outer: string): string {
  return `<radialGradient id="${id}" cx=".38" cy=".34" r=".75"><stop offset="0" stop-color="${inner}"/><stop offset="1" stop-color="${outer}"/></radialGradient>`;
}

export function rect(x: number, y: number, width: number, height: number, fill: string, more = ""): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}" ${more}/>`;
}

export function circle(x: number, y: number, radius: number, fill: string, more = ""): string {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${fill}" ${more}/>`;
}

export function ellipse(at: { x: number; y: number; rx: number; ry: number; turn?: number }, fill: string, more = ""): string {
  const turn = at.turn === undefined ? "" : `transform="rotate(${round(at.turn)} ${round(at.x)} ${round(at.y)})"`;
  return `<ellipse cx="${round(at.x)}" cy="${round(at.y)}" rx="${round(at.rx)}" ry="${round(at.ry)}" fill="${fill}" ${turn} ${more}/>`;
}

export function polygon(points: readonly (readonly [number, number])[], fill: string, more = ""): string {
  return `<polygon points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")}" fill="${fill}" ${more}/>`;
}

/** A closed ridge line from left to right that rises and falls around `level`; what lies below it is filled. */
export function ridge(canvas: Canvas, from: { level: number; rough: number; steps: number }, fill: string): string {
  const { random, width, height } = canvas;
  const points: [number, number][] = [[0, height]];
  let level = from.level;
  for (let step = 0; step <= from.steps; step++) {
    level += between(random, -from.rough, from.rough) + (from.level - level) * 0.25;
    points.push([(step / from.steps) * width, level]);
  }
  points.push([width, height]);
  return polygon(points, fill);
}

export function repeat(count: number, draw: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => draw(index)).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
