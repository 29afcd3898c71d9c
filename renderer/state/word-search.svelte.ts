/**
 * @file The search: what is typed, with pictures beside it, becomes a filter of the whole app a moment later; the latest answer wins. An encoder that reads
 * words ranks pictures by what is in them; else names, folders and facts are searched.
 */
import type { ImageId } from "#protocol/model.ts";
import type { SearchTerm } from "#protocol/text-contract.ts";

import { thumbnailUrl } from "../client/urls.ts";
import { mostRanked, type RankedSearch } from "./arrange.ts";
import { encoders } from "./encoders.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { reason } from "./notices.svelte.ts";
import { parseTerms, writeTerms, type TextTerm } from "./search-terms.ts";

const pauseMs = { names: 180, meaning: 320 };
const mostResults = 1_000_000;
/** Pictures that other filters may still choose from. */
const ranked = 5000;

export interface PictureTerm {
  readonly key: number;
  readonly sign: "+" | "-";
  readonly name: string;
  readonly previewUrl: string;
  readonly source: { readonly id: ImageId } | { readonly bytes: Uint8Array };
}

class WordSearch {
  text = $state("");
  pictures = $state.raw<readonly PictureTerm[]>([]);
  /** What a person should know of the answer, in a line. */
  note = $state<string | null>(null);
  /** Names are meant, although the encoder reads words. */
  byName = $state(false);
  readonly readsWords = $derived(encoders.current?.text === true);
  readonly inMeaning = $derived(this.readsWords && !this.byName);
  readonly terms = $derived(parseTerms(this.text));
  readonly isEmpty = $derived(this.text.trim() === "" && this.pictures.length === 0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: AbortController | null = null;
  #nextKey = 1;
  /** What was answered last. */
  #question = "";

  type(text: string): void {
    this.text = text;
    this.#begin();
  }

  searchNames(byName: boolean): void {
    this.byName = byName;
    this.#begin();
  }

  addImage(id: ImageId, sign: "+" | "-"): void {
    this.#add({ sign, name: images.nameOf(images.indexOf(id)), previewUrl: thumbnailUrl(id), source: { id } });
  }

  async addFile(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.#add({ sign: "+", name: file.name, previewUrl: URL.createObjectURL(file), source: { bytes } });
  }

  removePicture(key: number): void {
    for (const { key: other, source, previewUrl } of this.pictures) if (other === key && "bytes" in source) URL.revokeObjectURL(previewUrl);
    this.pictures = this.pictures.filter((term) => term.key !== key);
    this.#begin();
  }

  removeTerm(term: TextTerm): void {
    this.type(writeTerms(this.terms.filter((other) => other !== term)));
  }

  /** New images may match, or another encoder answers: ask again. */
  again(): void {
    if (!this.isEmpty) this.#begin();
  }

  /** Takes words and pictures away. */
  clear(): void {
    for (const { source, previewUrl } of this.pictures) if ("bytes" in source) URL.revokeObjectURL(previewUrl);
    this.pictures = [];
    this.type("");
  }

  /** Removes every filter of the app, the search included. */
  clearAll(): void {
    this.clear();
    images.clearFilter();
  }

  #add(term: Omit<PictureTerm, "key">): void {
    this.pictures = [...this.pictures, { ...term, key: this.#nextKey++ }];
    this.#begin();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    if (this.isEmpty) {
      this.note = null;
      images.setFilter({ search: null });
    } else this.#timer = setTimeout(() => void this.#find(), this.inMeaning ? pauseMs.meaning : pauseMs.names);
  }

  async #find(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    const text = this.text.trim();
    try {
      const isRanked = this.pictures.length > 0 || (this.inMeaning && this.terms.length > 0);
      const found = isRanked ? await this.#rank(stop.signal) : await this.#findNames(text, stop.signal);
      if (stop.signal.aborted) return;
      images.setFilter({ search: { text, ...found } });
    } catch (error) {
      if (stop.signal.aborted) return;
      this.note = `The search did not work: ${reason(error)}`;
      images.setFilter({ search: null });
    }
  }

  async #findNames(text: string, signal: AbortSignal): Promise<{ ids: ReadonlySet<number> }> {
    const { ids } = await engine.call("images.find", { text, limit: mostResults }, { signal });
    const { current } = encoders;
    this.note =
      this.readsWords || current === null ? "In names, folders and facts." : `In names, folders and facts: ${current.name} reads no words.`;
    return { ids: new Set(ids) };
  }

  async #rank(signal: AbortSignal): Promise<{ ids: ReadonlySet<number>; ranked: RankedSearch }> {
    const words = this.inMeaning ? this.terms : [];
    const terms = [...words, ...this.pictures.map(({ sign, source }): SearchTerm => ({ sign, ...source }))];
    const answer = await engine.call("images.search", { terms, count: ranked }, { signal });
    if (!signal.aborted)
      this.note =
        answer.note ??
        (words.length === this.terms.length
          ? null
          : this.readsWords
            ? "Only by the pictures: names cannot be mixed with them."
            : `Only by the pictures: ${encoders.current?.name ?? "this encoder"} reads no words.`);
    const places = new Map(Array.from(answer.ids, (id, rank) => [id, rank]));
    const question = JSON.stringify([words, this.pictures.map(({ key }) => key)]);
    // Asked again since pictures came: as many as were shown before.
    const most = question === this.#question ? (images.ranked?.most ?? mostRanked) : mostRanked;
    if (!signal.aborted) this.#question = question;
    return { ids: new Set(answer.ids), ranked: { places, similarities: answer.similarities, most } };
  }
}

export const wordSearch = new WordSearch();
