/**
 * @file The colours of clusters and folders, equal to `engine/map/palette.ts` (the engine's drawing of the map and this view must agree;
 * a test compares them): Okabe and Ito's eight, then a list in the manner of Glasbey. And viridis for how odd a picture is.
 */

export type Colour = readonly [red: number, green: number, blue: number];

/** Points that belong to no cluster, to be drawn faintly. */
export const noneColour: Colour = [0x80, 0x80, 0x80];

const hex =
  "e69f00 56b4e9 009e73 f0e442 0072b2 d55e00 cc79a7 8f8aa8 9600ff ff00e6 ff0069 4150ff 00c300 aa7dff aa32af 696e00 91aa2d b43c55 735aaf f578f0 " +
  "5a8cff cd9b87 ff7878 915a37 0f7373 cd46ff e63caa 008200 8caf91 e10000 a5873c 915a7d 784be6 9ba0f0 149baa be6e69 be69cd ff73b9 46be69 cd006e";

export const palette: readonly Colour[] = hex.split(" ").map(parse);

/** The colour of a cluster or folder; the neutral one below 0. */
export function colourOf(label: number): Colour {
  return label < 0 ? noneColour : palette[label % palette.length];
}

/**
 * Nine stops after viridis (van der Walt and Smith 2015, https://bids.github.io/colormap/). The odd end is the one that stands out from the
 * ground: yellow on dark, violet on light; the ordinary end still shows.
 */
const viridis = {
  dark: "5a4a9c 4f62ad 3f7cb0 2f93a8 25a998 45bf79 86d150 c9dc33 fde725".split(" ").map(parse),
  light: "95c13d 5ebc5f 2fae7a 21918c 2c728e 3b528b 46327e 481d6f 440154".split(" ").map(parse),
} as const;

/** The colour of `part`, 0 (ordinary) to 1 (oddest). */
export function scoreColour(part: number, ground: "dark" | "light"): Colour {
  const stops = viridis[ground];
  const place = Math.min(1, Math.max(0, part)) * (stops.length - 1);
  const below = Math.min(stops.length - 2, Math.floor(place));
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(stops[below][channel] + (stops[below + 1][channel] - stops[below][channel]) * (place - below));
  return [mix(0), mix(1), mix(2)];
}

export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`;
}

function parse(text: string): Colour {
  return [Number.parseInt(text.slice(0, 2), 16), Number.parseInt(text.slice(2, 4), 16), Number.parseInt(text.slice(4, 6), 16)];
}
