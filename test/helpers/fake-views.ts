/** @file Selections, facets and saved views of the fake engine: a few keys over the facts of the fake images. */
import type { Handlers } from "#protocol/contract.ts";
import { parseQuery, type QueryTerm } from "#protocol/query.ts";
import { facetKeys, type Facet, type FacetKey, type SavedView, type ViewContract } from "#protocol/view-contract.ts";

import { fakeFolders, type FakeImage } from "./fake-images.ts";

const cameras = ["", "Fuji X100V", "Canon EOS 5D Mark IV", "Nikon Z 6", "Apple iPhone 15 Pro", "Sony ILCE-7M4", "Olympus OM-1", "Leica Q2", "DJI Mavic 3", "Pixel 8", "Ricoh GR III", "Panasonic DC-G9", "GoPro HERO12", "A camera with quite a long name that its maker wrote into every file it made"]; // prettier-ignore

export function fakeCamera({ id, seed }: FakeImage): string {
  return id % 5 === 0 ? "" : (cameras[1 + (seed % (cameras.length - 1))] as string);
}

export function createFakeViews(
  images: () => readonly FakeImage[],
  announce: () => void,
): Pick<Handlers, Exclude<keyof ViewContract, "collection.setKind">> {
  let views: (SavedView & { deleted?: true })[] = [];
  const listed = (): SavedView[] =>
    views.filter(({ deleted }) => deleted !== true).sort((one, other) => (one.name.toLowerCase() < other.name.toLowerCase() ? -1 : 1));
  const change = (id: number, to: (view: SavedView & { deleted?: true }) => SavedView & { deleted?: true }): { views: SavedView[] } => {
    views = views.map((view) => (view.id === id ? to(view) : view));
    announce();
    return { views: listed() };
  };
  return {
    "images.select": ({ query }) => {
      const terms = parseQuery(query);
      const known = new Set(["word", "cluster", "duplicate", "issue", "odd", ...facetKeys]);
      for (const { key } of terms) if (key !== null && !known.has(key)) throw new Error(`There is no key "${key}:" in a selection.`);
      const found = images().filter((image) => terms.every((term) => passes(image, term)));
      return { version: 1, ids: Int32Array.from(found, ({ id }) => id) };
    },
    "images.facets": ({ query }) => {
      const terms = parseQuery(query);
      const among = (key: FacetKey): FakeImage[] =>
        images().filter((image) => terms.every((term) => term.key === key || passes(image, term)));
      const counted = (key: FacetKey): Facet => {
        const counts = new Map<string, number>(images().flatMap((image) => (textOf(image, key) === "" ? [] : [[textOf(image, key), 0]])));
        for (const image of among(key)) {
          const text = textOf(image, key);
          if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
        }
        const values = [...counts].map(([text, count]) => ({ text, images: count }));
        if (key !== "in") values.sort((one, other) => (key === "date" ? (one.text < other.text ? 1 : -1) : other.images - one.images));
        return { key, images: images().length, values, cut: false, range: rangeOf(images(), among(key), key) };
      };
      return {
        facets: images().length === 0 ? [] : (["date", "camera", "orientation", "megapixels", "format", "in"] as const).map(counted),
      };
    },
    "images.patient": ({ id }) => ({
      patient:
        images()[id - 1]?.series === undefined ? null : { name: "Example, Jane", id: `PAT-${id}`, birthDate: "1957-03-02", sex: "F" },
    }),
    "views.list": () => ({ views: listed() }),
    "views.save": (given) => {
      const known = listed().find(({ name }) => name.toLowerCase() === given.name.toLowerCase());
      const id = known?.id ?? views.length + 1;
      views = [...views.filter((view) => view.id !== id), { ...given, id }];
      announce();
      return { views: listed(), id };
    },
    "views.rename": ({ id, name }) => {
      if (listed().some((view) => view.id !== id && view.name.toLowerCase() === name.toLowerCase()))
        throw new Error(`A view cannot be called "${name}": there is one of that name already.`);
      return change(id, (view) => ({ ...view, name }));
    },
    "views.delete": ({ id }) => change(id, (view) => ({ ...view, deleted: true })),
    "views.restore": ({ id }) => change(id, ({ deleted: _, ...view }) => view),
  };
}

function textOf(image: FakeImage, key: FacetKey): string {
  if (key === "camera") return fakeCamera(image);
  if (key === "format") return image.name.endsWith(".png") ? "png" : "jpeg";
  if (key === "in") return fakeFolders[image.folder] as string;
  if (key === "date") return String(new Date(image.time).getUTCFullYear());
  if (key === "orientation") return image.width > image.height ? "landscape" : image.width < image.height ? "portrait" : "square";
  return "";
}

function numberOf(image: FakeImage, key: string): number {
  return key === "date" ? image.time : (image.width * image.height) / 1e6;
}

function rangeOf(all: readonly FakeImage[], among: readonly FakeImage[], key: FacetKey): Facet["range"] {
  if (key !== "date" && key !== "megapixels") return null;
  const numbers = all.map((image) => numberOf(image, key));
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const bins = new Int32Array(40);
  for (const image of among) bins[Math.min(39, Math.floor(((numberOf(image, key) - least) / (most - least || 1)) * 40))]++;
  return { least, most, bins };
}

function passes(image: FakeImage, { key, values, negated }: QueryTerm): boolean {
  const holds = values.some(({ text, quoted }) => {
    if (key === null) return `${image.name} ${fakeFolders[image.folder]}`.toLowerCase().includes(text.toLowerCase());
    if (key === "cluster") return image.cluster === Number(text);
    if (key === "issue") return image.issue !== null && (text === "*" || image.issue === text);
    if (key === "megapixels" || key === "date") return isBetween(numberOf(image, key), text, key === "date");
    const known = textOf(image, key as FacetKey);
    if (text === "*" && !quoted) return known !== "";
    return key === "in" ? known.startsWith(text) : known.toLowerCase() === text.toLowerCase();
  });
  return holds !== negated;
}

function isBetween(number: number, text: string, isDate: boolean): boolean {
  const [from = "", to = ""] = text.includes("..") ? text.split("..") : [text, text];
  const first = from === "" ? -Infinity : isDate ? Date.parse(from) : Number(from);
  const last = to === "" ? Infinity : isDate ? endOf(to) : Number(to);
  return number >= first && number <= last;
}

function endOf(text: string): number {
  const [year = 0, month, day] = text.split("-").map(Number);
  return (month === undefined ? Date.UTC(year + 1, 0) : day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1)) - 1;
}
