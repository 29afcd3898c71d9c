/** @file Words for the clusters of the map, where the encoder of the collection reads words; asked once for each map. */
import { canReadWords } from "../state/zero-shot.ts";
import { engine } from "../state/engine.svelte.ts";
import { clusterWords } from "./cluster-words.ts";
import type { ShownMap } from "./map-data.svelte.ts";

/** A word that fits a cluster hardly more than the others is no name. */
const leastLift = 0.01;

class ClusterNames {
  /** By label; empty where the encoder reads no words. */
  names = $state.raw<ReadonlyMap<number, string>>(new Map());
  #asked = "";

  async read({ workspace, map, columns }: ShownMap): Promise<void> {
    const clusters = map.clusters.map(({ label, count }) => `${label}:${count}`).join();
    const question = canReadWords() ? `${workspace} ${map.encoder} ${clusters}` : "";
    if (question === this.#asked) return;
    this.#asked = question;
    if (question === "") {
      this.names = new Map();
      return;
    }
    try {
      const { names } = await engine.call("text.nameClusters", { words: clusterWords(columns.folders) });
      if (this.#asked !== question) return;
      this.names = new Map(
        names.flatMap(({ cluster, words: [best] }) =>
          best !== undefined && best.lift >= leastLift ? [[cluster, best.word] as const] : [],
        ),
      );
    } catch {
      // A map without words is a whole map.
      if (this.#asked === question) this.names = new Map();
    }
  }

  /** "Beach", else "Cluster 3". */
  of(label: number): string {
    const name = this.names.get(label);
    return name === undefined ? `Cluster ${label + 1}` : name.charAt(0).toUpperCase() + name.slice(1);
  }
}

export const clusterNames = new ClusterNames();
