/**
 * @file What the map shows: coordinates and image columns of the same version, with the index of places and the clusters made from them.
 * While indexing, both change; a pair of different versions is never shown, the one before stays until the next is whole.
 */
import type { MapColumns } from "#protocol/map-model.ts";
import type { ImageColumns, ImageId } from "#protocol/model.ts";

import { engine } from "../state/engine.svelte.ts";
import { images } from "../state/images.svelte.ts";
import { reason } from "../state/notices.svelte.ts";
import { oneForEach } from "../state/series.ts";
import type { Sequence } from "../state/selection.svelte.ts";
import { placeClusters, type ClusterPlace } from "./clusters.ts";
import { originsOf, positionsById } from "./morph.ts";
import { buildPlaceIndex, spacings, typicalSpacing, type PlaceIndex } from "./place-index.ts";
import { inSlices } from "./slices.ts";
import { Turns } from "../state/turns.ts";

export interface ShownMap {
  readonly workspace: string;
  readonly columns: ImageColumns;
  readonly map: MapColumns;
  /** One slice stands for a series; the others have no place. */
  readonly gathers: boolean;
  /** Where the points come from: their places on the map shown before (the same array when none moved). */
  readonly origins: Float32Array;
  /** How many images have a place. */
  readonly placed: number;
  readonly sequence: Sequence;
}

/** Made after the first paint, in slices. */
export interface MapIndex {
  readonly of: MapColumns;
  readonly places: PlaceIndex;
  /** Room around each point and what is typical, map units. */
  readonly spacing: Float32Array;
  readonly typical: number;
  readonly clusters: readonly ClusterPlace[];
}

class MapData {
  shown = $state.raw<ShownMap | null>(null);
  index = $state.raw<MapIndex | null>(null);
  failed = $state<string | null>(null);
  readonly #turns = new Turns();

  /** Reads the map again; calls while reading are answered by one more read. */
  read(): Promise<void> {
    return this.#turns.take(
      async () => {
        // Asked for beside the columns, not after them: the engine makes one while the page reads the other.
        const map = await engine.call("map.columns", {});
        this.failed = null;
        await images.whenLoaded();
        if (!images.loaded) return;
        const { version } = images.columns;
        if (map.version === version) await this.#adopt(images.columns, map);
        // The columns are older: once they are read the view asks again. They are newer: so must the map be.
        else if (map.version > version) void images.read();
        else this.#turns.ask();
      },
      {
        failed: (error) => {
          this.failed = reason(error);
        },
      },
    );
  }

  async #adopt(columns: ImageColumns, stored: MapColumns): Promise<void> {
    const workspace = engine.collection?.workspace ?? "";
    const before = this.shown?.workspace === workspace ? this.shown : null;
    const { gathers } = images;
    if (before?.map.version === stored.version && before.gathers === gathers) return;
    const map = gathers ? { ...stored, coordinates: gathered(columns, stored.coordinates) } : stored;
    const origins = originsOf(before && { ids: before.columns.ids, places: before.map.coordinates }, {
      ids: columns.ids,
      places: map.coordinates,
    });
    let placed = 0;
    for (let point = 0; point < map.count; point++) if (!Number.isNaN(stored.coordinates[2 * point])) placed++;
    this.shown = { workspace, columns, map, gathers, origins, placed, sequence: sequenceOf(columns) };
    const places = await inSlices(buildPlaceIndex(map.coordinates));
    if (this.shown.map !== map) return;
    if (places === null) return;
    const spacing = await inSlices(spacings(places));
    const clusters = await inSlices(placeClusters(map, columns.clusters));
    if (this.shown.map === map) this.index = { of: map, places, spacing, typical: typicalSpacing(spacing), clusters };
  }
}

export const mapData = new MapData();

/** Places of those alone that stand for their series. */
function gathered(columns: ImageColumns, coordinates: Float32Array): Float32Array {
  const kept = new Float32Array(coordinates.length).fill(Number.NaN);
  for (const point of oneForEach(columns, Int32Array.from(columns.ids.keys()))) {
    kept[2 * point] = coordinates[2 * point];
    kept[2 * point + 1] = coordinates[2 * point + 1];
  }
  return kept;
}

function sequenceOf({ ids }: ImageColumns): Sequence {
  const positionOf = positionsById(ids);
  return { length: ids.length, idAt: (position) => ids[position] as ImageId, positionOf };
}
