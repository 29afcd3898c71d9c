/**
 * @file Scenes from close by: flowers, fruit, clocks, woven patterns, cups.
 */
import { between, chance, circle, ellipse, gradient, hsl, pick, radial, rect, repeat, type Canvas } from "./brush.ts";

export function flowers(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const meadow = between(random, 85, 135);
  const leaves = repeat(50, () =>
    ellipse(
      {
        x: random.unit() * width,
        y: random.unit() * height,
        rx: between(random, 30, 80),
        ry: between(random, 6, 16),
        turn: between(random, -90, 90),
      },
      hsl(meadow + between(random, -14, 14), 40, between(random, 18, 36)),
    ),
  );
  const hue = pick(random, [350, 20, 48, 275, 310]);
  const petals = 5 + random.below(8);
  const blossoms = repeat(1 + random.below(4), () => blossom(canvas, { hue, petals }));
  return `${rect(0, 0, width, height, hsl(meadow, 38, 22))}${leaves}${blossoms}`;
}

function blossom({ random, width, height }: Canvas, kind: { hue: number; petals: number }): string {
  const x = between(random, 0.2, 0.8) * width;
  const y = between(random, 0.25, 0.75) * height;
  const size = height * between(random, 0.12, 0.26);
  const turn = between(random, 0, 90);
  const ring = (scale: number, lightness: number, offset: number): string =>
    repeat(kind.petals, (petal) => {
      const angle = turn + offset + (petal * 360) / kind.petals;
      const radians = (angle * Math.PI) / 180;
      return ellipse(
        {
          x: x + Math.cos(radians) * size * 0.6 * scale,
          y: y + Math.sin(radians) * size * 0.6 * scale,
          rx: size * 0.5 * scale,
          ry: size * 0.24 * scale,
          turn: angle,
        },
        hsl(kind.hue, 78, lightness),
      );
    });
  return (
    ring(1.15, 56, 0) +
    ring(0.85, 68, 180 / kind.petals) +
    circle(x, y, size * 0.24, hsl(44, 85, 48)) +
    circle(x, y, size * 0.14, hsl(30, 70, 30))
  );
}

export function fruit(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const table = pick(random, [28, 34, 210]);
  const hue = pick(random, [2, 28, 52, 96]);
  const pieces = repeat(2 + random.below(4), (index) => {
    const radius = height * between(random, 0.13, 0.2);
    const x = between(random, 0.18, 0.82) * width;
    const y = height * between(random, 0.48, 0.72);
    const own = `piece${index}`;
    return `<defs>${radial(own, hsl(hue + 12, 85, 68), hsl(hue - 6, 75, 34))}</defs>${ellipse({ x: x + radius * 0.2, y: y + radius * 0.9, rx: radius * 1.1, ry: radius * 0.25 }, "#000", 'opacity=".3"')}${circle(x, y, radius, `url(#${own})`)}${rect(x - 3, y - radius * 1.2, 6, radius * 0.35, hsl(28, 45, 24))}${ellipse({ x: x + radius * 0.3, y: y - radius * 1.08, rx: radius * 0.3, ry: radius * 0.1, turn: -24 }, hsl(115, 48, 34))}`;
  });
  return `<defs>${gradient("wall", [hsl(table + 12, 24, 82), hsl(table + 6, 22, 66)])}${gradient("table", [hsl(table, 38, 44), hsl(table, 42, 26)])}</defs>${rect(0, 0, width, height, "url(#wall)")}${rect(0, height * 0.62, width, height, "url(#table)")}${pieces}`;
}

export function clock(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const wall = hsl(between(random, 0, 360), 26, between(random, 38, 74));
  const x = width / 2 + between(random, -0.1, 0.1) * width;
  const y = height / 2 + between(random, -0.06, 0.06) * height;
  const radius = height * between(random, 0.28, 0.4);
  const at = (turns: number, length: number): string =>
    `x2="${(x + Math.sin(turns * 2 * Math.PI) * radius * length).toFixed(1)}" y2="${(y - Math.cos(turns * 2 * Math.PI) * radius * length).toFixed(1)}"`;
  const from = (turns: number, length: number): string =>
    `x1="${(x + Math.sin(turns * 2 * Math.PI) * radius * length).toFixed(1)}" y1="${(y - Math.cos(turns * 2 * Math.PI) * radius * length).toFixed(1)}"`;
  const ink = hsl(220, 25, 14);
  const marks = repeat(
    60,
    (mark) =>
      `<line ${from(mark / 60, mark % 5 === 0 ? 0.8 : 0.88)} ${at(mark / 60, 0.93)} stroke="${ink}" stroke-width="${mark % 5 === 0 ? 6 : 2}"/>`,
  );
  const minutes = random.below(60);
  const hours = (random.below(12) + minutes / 60) / 12;
  const hand = (turns: number, length: number, thick: number, colour: string): string =>
    `<line ${from(turns, -0.12)} ${at(turns, length)} stroke="${colour}" stroke-width="${thick}" stroke-linecap="round"/>`;
  const rim = hsl(pick(random, [28, 44, 215, 0]), 48, 32);
  return `${rect(0, 0, width, height, wall)}${circle(x + 12, y + 16, radius * 1.1, "#000", 'opacity=".25"')}${circle(x, y, radius * 1.1, rim)}${circle(x, y, radius, hsl(44, chance(random, 0.3) ? 50 : 14, 95))}${marks}${hand(hours, 0.5, 13, ink)}${hand(minutes / 60, 0.78, 8, ink)}${hand(random.unit(), 0.84, 3, hsl(4, 80, 48))}${circle(x, y, radius * 0.05, hsl(4, 80, 48))}`;
}

export function weave({ random, width, height }: Canvas): string {
  const hue = between(random, 0, 360);
  const step = between(random, 18, 46);
  const turn = between(random, 0, 60);
  const diagonal = width + height;
  const bands = (down: boolean): string =>
    repeat(Math.ceil((diagonal * 2) / step), (index) => {
      const colour = hsl(hue + (index % 4 === 0 ? 150 : 0), 44, down ? 40 + (index % 3) * 10 : 62 - (index % 2) * 14);
      const start = -diagonal / 2 + index * step;
      return down
        ? rect(start, -diagonal, step * 0.6, diagonal * 3, colour, 'opacity=".62"')
        : rect(-diagonal, start, diagonal * 3, step * 0.55, colour, 'opacity=".62"');
    });
  return `${rect(0, 0, width, height, hsl(hue + 20, 30, 84))}<g transform="rotate(${turn.toFixed(1)} ${width / 2} ${height / 2})">${bands(false)}${bands(true)}</g>`;
}

export function cup(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const hue = between(random, 0, 360);
  const x = between(random, 0.4, 0.6) * width;
  const y = between(random, 0.45, 0.58) * height;
  const size = height * between(random, 0.22, 0.3);
  const liquid = pick(random, [hsl(24, 62, 18), hsl(28, 58, 34), hsl(78, 45, 46)]);
  const saucer = circle(x, y, size * 1.55, hsl(hue, 30, 90)) + circle(x, y, size * 1.2, hsl(hue, 34, 80));
  const handle = ellipse(
    { x: x + size * 1.1, y: y + size * 0.15, rx: size * 0.36, ry: size * 0.22, turn: 20 },
    "none",
    `stroke="${hsl(hue, 55, 62)}" stroke-width="${(size * 0.16).toFixed(1)}"`,
  );
  const foam = chance(random, 0.6)
    ? repeat(5, (ring) =>
        ellipse(
          {
            x: x + ring * size * 0.05,
            y: y - ring * size * 0.06,
            rx: size * (0.62 - ring * 0.12),
            ry: size * (0.58 - ring * 0.12),
            turn: ring * 24,
          },
          ring % 2 === 0 ? hsl(34, 50, 80) : liquid,
        ),
      )
    : "";
  const grain = repeat(14, (plank) => rect(0, (plank * height) / 14, width, height / 14 - 2, hsl(26, 36, between(random, 28, 42))));
  return `${grain}${circle(x + 14, y + 18, size * 1.6, "#000", 'opacity=".3"')}${saucer}${handle}${circle(x, y, size, hsl(hue, 55, 66))}${circle(x, y, size * 0.84, liquid)}${foam}`;
}
