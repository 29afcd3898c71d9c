/**
 * @file Scenes from outdoors: mountains, seaside, forest, skyline, night sky.
 */
import { between, chance, circle, ellipse, gradient, hsl, pick, polygon, rect, repeat, ridge, type Canvas } from "./brush.ts";

export function mountains(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const hue = pick(random, [205, 212, 222, 24]);
  const sky = gradient("sky", [hsl(hue, 60, 58), hsl(hue - 8, 55, 76), hsl(38, 60, 88)]);
  const layers = repeat(4, (layer) =>
    ridge(
      canvas,
      { level: height * (0.38 + layer * 0.14), rough: height * (0.11 - layer * 0.02), steps: 10 + layer * 4 },
      hsl(hue - layer * 22, 18 + layer * 7, 62 - layer * 13),
    ),
  );
  return `<defs>${sky}</defs>${rect(0, 0, width, height, "url(#sky)")}${circle(between(random, 0.15, 0.85) * width, height * between(random, 0.12, 0.28), height * 0.06, hsl(48, 95, 86))}${layers}`;
}

export function seaside(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const evening = chance(random, 0.5);
  const sky = evening ? [hsl(265, 40, 38), hsl(18, 85, 60), hsl(42, 95, 68)] : [hsl(204, 75, 55), hsl(198, 70, 78), hsl(195, 60, 90)];
  const sea = evening ? [hsl(28, 55, 48), hsl(235, 38, 24)] : [hsl(188, 60, 52), hsl(210, 65, 30)];
  const horizon = height * between(random, 0.46, 0.6);
  const sunX = width * between(random, 0.2, 0.8);
  const glints = repeat(26, () =>
    rect(
      sunX + between(random, -0.16, 0.16) * width,
      between(random, horizon + 4, height),
      between(random, 20, 90),
      3,
      hsl(45, 95, 88),
      `opacity="${between(random, 0.15, 0.6).toFixed(2)}"`,
    ),
  );
  const boats = repeat(random.below(4), () => boat(canvas, horizon));
  return `<defs>${gradient("sky", sky)}${gradient("sea", sea)}</defs>${rect(0, 0, width, horizon, "url(#sky)")}${circle(sunX, horizon - height * between(random, 0.02, 0.22), height * 0.08, hsl(46, 98, evening ? 72 : 92))}${rect(0, horizon, width, height, "url(#sea)")}${glints}${boats}`;
}

function boat({ random, width, height }: Canvas, horizon: number): string {
  const x = between(random, 0.1, 0.85) * width;
  const y = between(random, horizon + 10, height * 0.85);
  const size = (height / 9) * (0.4 + (y - horizon) / height);
  const hull = polygon(
    [
      [x - size, y],
      [x + size, y],
      [x + size * 0.6, y + size * 0.4],
      [x - size * 0.6, y + size * 0.4],
    ],
    hsl(between(random, 0, 360), 45, 32),
  );
  return (
    hull +
    polygon(
      [
        [x, y - size * 1.8],
        [x, y - size * 0.1],
        [x + size * 0.9, y - size * 0.1],
      ],
      hsl(40, 30, 94),
    ) +
    polygon(
      [
        [x - size * 0.1, y - size * 1.5],
        [x - size * 0.1, y - size * 0.1],
        [x - size * 0.7, y - size * 0.1],
      ],
      hsl(10, 60, 62),
    )
  );
}

export function forest(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const hue = pick(random, [95, 118, 140, 28, 42]);
  const rows = repeat(4, (row) =>
    repeat(11, () => {
      const x = between(random, -0.05, 1.05) * width;
      const base = height * (0.55 + row * 0.14);
      const size = height * between(random, 0.16, 0.3) * (0.6 + row * 0.22);
      const leaf = hsl(hue + between(random, -12, 12), 42, 46 - row * 8 + between(random, -4, 4));
      const trunk = rect(x - size * 0.04, base - size * 0.1, size * 0.08, size * 0.3, hsl(25, 35, 22));
      return (
        trunk +
        repeat(3, (tier) =>
          polygon(
            [
              [x, base - size * (1.1 - tier * 0.28)],
              [x + size * (0.24 + tier * 0.08), base - size * (0.55 - tier * 0.25)],
              [x - size * (0.24 + tier * 0.08), base - size * (0.55 - tier * 0.25)],
            ],
            leaf,
          ),
        )
      );
    }),
  );
  return `<defs>${gradient("sky", [hsl(hue + 60, 30, 78), hsl(hue + 20, 35, 90)])}${gradient("ground", [hsl(hue, 30, 40), hsl(hue, 35, 18)])}</defs>${rect(0, 0, width, height, "url(#sky)")}${rect(0, height * 0.52, width, height, "url(#ground)")}${rows}`;
}

export function skyline(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const night = chance(random, 0.55);
  const sky = night ? [hsl(232, 55, 12), hsl(258, 40, 30), hsl(18, 55, 48)] : [hsl(208, 62, 62), hsl(204, 48, 84)];
  const towers = repeat(3, (row) =>
    repeat(9, (index) => tower(canvas, { row, x: (index + between(random, -0.3, 0.3)) * (width / 8.5), night })),
  );
  return `<defs>${gradient("sky", sky)}</defs>${rect(0, 0, width, height, "url(#sky)")}${towers}`;
}

function tower({ random, width, height }: Canvas, at: { row: number; x: number; night: boolean }): string {
  const wide = between(random, 0.06, 0.12) * width;
  const high = height * between(random, 0.25, 0.72) * (1 - at.row * 0.16);
  const top = height - high;
  const wall = at.night ? hsl(228, 22, 22 - at.row * 5) : hsl(pick(random, [18, 35, 210, 220]), 18, 66 - at.row * 12);
  const columns = Math.floor(wide / 18);
  const windows = repeat(Math.floor(high / 26) * columns, (index) => {
    const lit = chance(random, 0.55);
    const fill = at.night ? (lit ? hsl(46, 90, 70) : hsl(228, 20, 12)) : hsl(205, 30, lit ? 82 : 42);
    return rect(at.x + 6 + (index % columns) * 18, top + 8 + Math.floor(index / columns) * 26, 9, 14, fill);
  });
  return rect(at.x, top, wide, high, wall) + windows;
}

export function nightSky(canvas: Canvas): string {
  const { random, width, height } = canvas;
  const hue = between(random, 0, 360);
  const stars = repeat(160, () =>
    circle(
      random.unit() * width,
      random.unit() * height,
      between(random, 0.5, 2.2),
      hsl(between(random, 30, 230), 60, 92),
      `opacity="${between(random, 0.4, 1).toFixed(2)}"`,
    ),
  );
  const x = between(random, 0.3, 0.7) * width;
  const y = between(random, 0.35, 0.65) * height;
  const radius = height * between(random, 0.14, 0.3);
  const bands = repeat(6, (band) =>
    ellipse(
      { x, y: y + (band - 2.5) * radius * 0.3, rx: radius, ry: radius * 0.11 },
      hsl(hue + band * 14, 45, 40 + (band % 3) * 12),
      `clip-path="url(#disc)" opacity=".8"`,
    ),
  );
  const ring = chance(random, 0.5)
    ? ellipse(
        { x, y, rx: radius * 1.8, ry: radius * 0.4, turn: between(random, -25, 25) },
        "none",
        `stroke="${hsl(hue + 40, 35, 75)}" stroke-width="${(radius * 0.1).toFixed(1)}" opacity=".8"`,
      )
    : "";
  return `<defs><clipPath id="disc"><circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}"/></clipPath></defs>${rect(0, 0, width, height, hsl(236, 45, 7))}${stars}${circle(x, y, radius, hsl(hue, 50, 48))}${bands}${ring}`;
}
