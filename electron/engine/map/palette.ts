/**
 * @file The colours of clusters and classes: eight of Okabe and Ito (2008, https://jfly.uni-koeln.de/color/), told apart with every kind of
 * colour vision (their black, unseen on a dark ground, is replaced by a grey-violet), then a list in the manner of Glasbey et al. (2007): each
 * colour far from all before it in OKLab, of a lightness that stands out from both grounds. After the last one they begin again.
 */

export type Colour = readonly [red: number, green: number, blue: number];

/** Background of the map's window. */
export const grounds: { readonly dark: Colour; readonly light: Colour } = { dark: [0x16, 0x16, 0x16], light: [0xf6, 0xf6, 0xf6] };

/** Points that belong to no cluster, to be drawn faintly. */
export const noneColour: Colour = [0x80, 0x80, 0x80];

const hex = [
  "e69f00",
  "56b4e9",
  "009e73",
  "f0e442",
  "0072b2",
  "d55e00",
  "cc79a7",
  "8f8aa8",
  "9600ff",
  "ff00e6",
  "ff0069",
  "4150ff",
  "00c300",
  "aa7dff",
  "aa32af",
  "696e00",
  "91aa2d",
  "b43c55",
  "735aaf",
  "f578f0",
  "5a8cff",
  "cd9b87",
  "ff7878",
  "915a37",
  "0f7373",
  "cd46ff",
  "e63caa",
  "008200",
  "8caf91",
  "e10000",
  "a5873c",
  "915a7d",
  "784be6",
  "9ba0f0",
  "149baa",
  "be6e69",
  "be69cd",
  "ff73b9",
  "46be69",
  "cd006e",
];

export const palette: readonly Colour[] = hex.map((text): Colour => [
  Number.parseInt(text.slice(0, 2), 16),
  Number.parseInt(text.slice(2, 4), 16),
  Number.parseInt(text.slice(4, 6), 16),
]);

/** The colour of a cluster; the neutral one for -1. */
export function colourOf(label: number): Colour {
  return label < 0 ? noneColour : palette[label % palette.length];
}
