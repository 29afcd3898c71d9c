/**
 * @file The map as a picture with the numbers of its clusters, and the clusters with what stands for them.
 */
import sharp from "sharp";

import { showPath, splitPath } from "../../../base/path-bytes.ts";
import { drawMap, placeOnPicture } from "../../../map/draw.ts";
import { colourOf } from "../../../map/palette.ts";
import { mapColumns } from "../../../views/map.ts";
import type { ImageFacts } from "../../data/image-facts.ts";
import { shownIn, type ReportContext, type Section } from "../context.ts";
import { html, name, type Markup } from "../html.ts";
import { counted, number, share } from "../words.ts";

const width = 1440;
const height = 900;
/** The picture is shown at half its size, so that it is sharp on every screen. */
const shownWidth = width / 2;
const shownHeight = height / 2;
const mostClusters = 60;
/** A folder is named where it holds this share of a cluster. */
const mainShare = 0.6;

export async function mapSection(context: ReportContext): Promise<Section | null> {
  const { collection, byId, images, album } = context;
  const map = collection.map();
  if (!map || map.contentIds.length === 0) return null;
  const { clusters, quality } = mapColumns(collection);
  const members = new Map<number, ImageFacts[]>();
  for (const image of images) {
    if (image.cluster === null) continue;
    const found = members.get(image.cluster);
    if (found) found.push(image);
    else members.set(image.cluster, [image]);
  }
  const ordered = [...clusters].sort((one, other) => other.count - one.count || one.label - other.label);
  const place = placeOnPicture(map.coordinates, map.clusters.length, shownWidth, shownHeight);
  const rowOf = new Map(Array.from(map.contentIds, (id, row) => [id, row]));
  const marks = ordered.map(({ label, representative }) => {
    const image = byId.get(representative);
    const row = image && rowOf.get(image.contentId);
    if (row === undefined) return null;
    const [x, y] = place(row);
    return html`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}">${label}</text>`;
  });
  const pictureOf = async (dark: boolean): Promise<Markup> => {
    const pixels = drawMap(map.coordinates, map.clusters, { width, height, dark });
    const image = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .webp({ quality: 88 })
      .toBuffer();
    return html`<svg
      class="map ${dark ? "dark" : "light"}"
      viewBox="0 0 ${shownWidth} ${shownHeight}"
      role="img"
      aria-label="Map of the images"
    >
      <image href="data:image/webp;base64,${image.toString("base64")}" width="${shownWidth}" height="${shownHeight}" />
      ${marks}
    </svg>`;
  };
  const alone = members.get(-1)?.length ?? 0;
  return {
    id: "map",
    title: "Map",
    note: counted(clusters.length, "cluster"),
    body: html`<p>
        Each image is a point; images that look alike lie close together. A map on paper cannot keep every distance:
        ${quality && html`of each image's nearest neighbours ${share(quality.recall, 1)} are near it here too (trustworthiness ${quality.trustworthiness.toFixed(3)}).`}
        ${alone > 0 && html`${counted(alone, "image is", "images are")} in no cluster (grey).`}
      </p>
      ${await pictureOf(false)} ${await pictureOf(true)}
      <div class="cards">
        ${ordered.slice(0, mostClusters).map(({ label, count, representative }) => {
          const image = byId.get(representative);
          const main = mainFolder(context, members.get(label) ?? []);
          return html`<figure class="card">
            ${image && album.picture(image)}
            <figcaption>
              <strong>${swatch(label)}Cluster ${label}</strong>
              <div>${counted(count, "image")} <span class="second">${share(count, images.length)}</span></div>
              ${main && html`<div class="second">${main.whole ? "all" : "mostly"} in ${name(main.folder)}</div>`}
              ${image && html`<div class="second">such as ${name(showPath(splitPath(image.path).name))}</div>`}
            </figcaption>
          </figure>`;
        })}
      </div>
      ${ordered.length > mostClusters && html`<p class="second">and ${number(ordered.length - mostClusters)} smaller clusters</p>`}`,
  };
}

function swatch(label: number): Markup {
  const [red, green, blue] = colourOf(label);
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
    <rect width="10" height="10" rx="2" fill="rgb(${red},${green},${blue})" />
  </svg>`;
}

/** The folder that most of a cluster lies in, where the collection has several. */
function mainFolder(context: ReportContext, images: readonly ImageFacts[]): { readonly folder: string; readonly whole: boolean } | null {
  if (context.collection.catalogue().columns.folders.length < 2 || images.length === 0) return null;
  const counts = new Map<string, number>();
  for (const { path } of images) {
    const folder = showPath(splitPath(path).folder);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const [folder, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best));
  if (count < mainShare * images.length) return null;
  const shown = shownIn(context, folder);
  return { folder: shown, whole: count === images.length };
}
