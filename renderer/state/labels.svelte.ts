/**
 * @file The labels of the open collection: projects, the one in use, what each picture was given and is told to be. A label shows at once;
 * the engine is asked a moment later, one question at a time, and the newest labels win. Every step can be undone, wherever it was made.
 */
import { labelSources, noLabel, type LabelClass, type LabelPredictions, type LabelProject } from "#protocol/label-model.ts";
import type { ClassId, ImageId, ProjectId } from "#protocol/model.ts";

import { counted } from "../widgets/format.ts";
import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { jobs } from "./jobs.svelte.ts";
import { labelColumns } from "./label-columns.svelte.ts";
import { sameLabels, tally, withGiven } from "./label-facts.ts";
import { freeName, keepsPlaces, mark, rememberedProject, rememberProject } from "./label-projects.ts";
import { notices, reason } from "./notices.svelte.ts";
import { Turns } from "./turns.ts";

/** What was learnt, without the arrays. */
export type Learnt = Pick<LabelPredictions, "chosen" | "candidates" | "why" | "threshold">;

const pauseMs = 40;

class Labels {
  projects = $state.raw<readonly LabelProject[]>([]);
  known = $state(false);
  learnt = $state.raw<Learnt | null>(null);
  /** A question about the newest labels is under way. */
  learning = $state(false);
  failed = $state<string | null>(null);
  /** Pictures are being read: what is learnt would be old at once, so it rests. */
  readonly resting = $derived(jobs.active.some((job) => (job.kind === "index" || job.kind === "watch") && job.state !== "paused"));
  readonly project = $derived(labelColumns.project);
  readonly facts = $derived(labelColumns.facts?.version === images.columns.version ? labelColumns.facts : null);
  readonly tally = $derived(this.facts === null || this.project === null ? null : tally(this.facts, this.project.classes.length));
  #queue: Promise<void> = Promise.resolve();
  #edits = 0;
  readonly #turns = new Turns();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was learnt last: nothing is asked twice. */
  #learntOf: { readonly version: number; readonly classes: string; readonly given: Uint16Array } | null = null;

  /** Where a picture stands among the marks of its class: see `mark` in label-projects.ts. */
  markAt(index: number): number {
    return this.facts === null ? mark.none : mark.of(this.facts, index);
  }

  classAt(place: number): LabelClass | null {
    return this.project?.classes[place] ?? null;
  }

  classOfKey(key: number): LabelClass | null {
    return this.project?.classes.find((each) => each.key === key) ?? null;
  }

  isLabelled(id: ImageId): boolean {
    const index = images.indexOf(id);
    return this.facts !== null && index >= 0 && this.facts.given[index] !== noLabel.class;
  }

  /** Something changed: reads a moment later, once for all that comes together. */
  readSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), pauseMs);
  }

  /** Reads labels again, and learns where they changed; asked while it is under way it is done once more. */
  read(): Promise<void> {
    return this.#turns.take(() => this.#readOnce(), {
      done: () => {
        this.failed = null;
      },
      failed: (error) => {
        this.failed = reason(error);
      },
      ended: () => {
        this.learning = false;
        this.known = true;
      },
    });
  }

  reset(): void {
    labelColumns.facts = null;
    labelColumns.project = null;
    this.projects = [];
    this.known = false;
    this.learnt = null;
    this.failed = null;
    this.#learntOf = null;
  }

  /** Gives pictures a class; null takes their labels away. */
  label(ids: readonly ImageId[], to: LabelClass | null): void {
    this.#show(ids, to);
    this.#change("The label could not be given", async () => {
      const project = await this.#required();
      const given = { project: project.id, images: Int32Array.from(ids), ...(to && { class: to.id }) };
      this.#adopt(await engine.call("labels.set", given));
    });
    if (ids.length > 1) this.#tellMany(ids.length, to?.name ?? null);
  }

  /** What a number key does: the class that has it, or a new one. */
  labelByKey(ids: readonly ImageId[], key: number): void {
    const known = this.classOfKey(key);
    if (known !== null) return this.label(ids, known);
    this.#change("The label could not be given", async () => {
      const project = await this.#required();
      // An earlier press of the same key may have made it meanwhile.
      const made = project.classes.find((each) => each.key === key);
      const name = freeName(`Class ${key}`, project.classes);
      const answer = await engine.call("labels.set", {
        project: project.id,
        images: Int32Array.from(ids),
        ...(made ? { class: made.id } : { make: { name, key } }),
      });
      this.#adopt(answer);
      const fresh = answer.classes.find((each) => each.key === key);
      if (fresh !== undefined) this.#show(ids, fresh);
      if (!made && fresh !== undefined) this.onMade?.(fresh);
    });
  }

  /** Told of a class that came with a key: somebody may want to name it. */
  onMade: ((made: LabelClass) => void) | null = null;

  undo(): void {
    this.#step("labels.undo", "Undone", { label: "Redo", run: () => this.redo() });
  }

  redo(): void {
    this.#step("labels.redo", "Done again", { label: "Undo", run: () => this.undo() });
  }

  /** Any other change: `work` gives the project as it is then. */
  change(failure: string, work: (project: LabelProject) => Promise<LabelProject>): Promise<void> {
    return this.#change(failure, async () => this.#adopt(await work(await this.#required())));
  }

  async createProject(name: string): Promise<void> {
    await this.#change("The project could not be made", async () => {
      const made = await engine.call("labels.createProject", { name });
      this.projects = [...this.projects, made];
      this.choose(made.id);
    });
  }

  async removeProject(id: ProjectId): Promise<void> {
    await this.#change("The project could not be removed", async () => {
      await engine.call("labels.removeProject", { project: id });
      this.projects = this.projects.filter((each) => each.id !== id);
      if (this.project?.id === id) this.#use(this.projects.at(-1) ?? null);
    });
  }

  choose(id: ProjectId): void {
    const chosen = this.projects.find((each) => each.id === id);
    if (chosen === undefined || chosen.id === this.project?.id) return;
    rememberProject(engine.collection?.workspace ?? "", id);
    this.#use(chosen);
    void this.read();
  }

  removeClass(one: LabelClass): void {
    void this.change("The class could not be removed", () => engine.call("labels.removeClass", { class: one.id })).then(() =>
      notices.tell(`${one.name} was removed with its labels.`, { label: "Undo", run: () => this.undo() }),
    );
  }

  changeClass(id: ClassId, to: { name?: string; colour?: number; key?: number }): void {
    void this.change("The class could not be changed", () => engine.call("labels.changeClass", { class: id, ...to }));
  }

  #step(method: "labels.undo" | "labels.redo", done: string, action: { label: string; run(): void }): void {
    void this.#change("The step could not be taken", async () => {
      if (this.project === null) return;
      const { project, what } = await engine.call(method, { project: this.project.id });
      this.#adopt(project);
      if (what === null)
        notices.tell(method === "labels.undo" ? "There is no step of labelling to undo." : "There is no step to do again.");
      else notices.tell(`${done}: ${what}.`, action);
    });
  }

  /** Changes are made one after the other, in the order in which they were asked for. */
  #change(failure: string, work: () => Promise<void>): Promise<void> {
    this.#edits++;
    this.#queue = this.#queue
      .then(work)
      .catch((error: unknown) => notices.fail(failure, error))
      .then(() => {
        this.#edits++;
        this.readSoon();
      });
    return this.#queue;
  }

  /** The project in use; the first label makes one. */
  async #required(): Promise<LabelProject> {
    if (this.project !== null) return this.project;
    const made = await engine.call("labels.createProject", { name: freeName("Classes", this.projects) });
    this.projects = [...this.projects, made];
    this.#use(made);
    return made;
  }

  #use(project: LabelProject | null): void {
    labelColumns.project = project;
    // Classes of another project mean nothing here.
    if (images.filter.labelClass !== null) images.setFilter({ labelClass: null });
    const { version, count } = images.columns;
    labelColumns.facts = project === null ? null : emptyFacts(version, count);
    this.learnt = null;
    this.#learntOf = null;
  }

  #adopt(project: LabelProject): void {
    this.projects = this.projects.map((each) => (each.id === project.id ? project : each));
    if (project.id !== this.project?.id) return;
    const { facts } = labelColumns;
    // Positions of classes that moved mean something else until they are read again.
    if (facts !== null && !keepsPlaces(labelColumns.project, project)) {
      labelColumns.facts = emptyFacts(facts.version, facts.given.length);
      this.#learntOf = null;
    }
    labelColumns.project = project;
  }

  #show(ids: readonly ImageId[], to: LabelClass | null): void {
    const { facts, project } = this;
    if (facts === null || project === null) return;
    const place = to === null ? noLabel.class : project.classes.findIndex((each) => each.id === to.id);
    const indexes = ids.map((id) => images.indexOf(id)).filter((index) => index >= 0);
    if (place >= 0) labelColumns.facts = withGiven(facts, indexes, { place, source: labelSources.indexOf("clicked") });
  }

  #tellMany(count: number, name: string | null): void {
    const text =
      name === null ? `The labels of ${counted(count, "picture")} were taken off.` : `${counted(count, "picture")} are ${name} now.`;
    notices.tell(text, { label: "Undo", run: () => this.undo() });
  }

  async #readOnce(): Promise<void> {
    const edits = this.#edits;
    const workspace = engine.collection?.workspace ?? "";
    const wanted = this.project?.id ?? rememberedProject(workspace);
    const { projects } = await engine.call("labels.projects", {});
    const project = projects.find((each) => each.id === wanted) ?? projects.at(-1) ?? null;
    const given = project === null ? null : await engine.call("labels.read", { project: project.id });
    if (engine.collection?.workspace !== workspace) return;
    if (edits !== this.#edits) {
      // A change was made meanwhile: what was read may be older than what shows.
      this.#turns.ask();
      return;
    }
    this.projects = projects;
    if (project?.id !== this.project?.id) this.#use(project);
    else if (project !== null) this.#adopt(project);
    if (project === null || given === null) return;
    const before = labelColumns.facts;
    const kept = before?.version === given.version && before.told.length === given.count ? before : emptyFacts(given.version, given.count);
    labelColumns.facts = { ...kept, given: given.classes, sources: given.sources };
    await this.#learn(project, given.version, given.classes);
  }

  async #learn(project: LabelProject, version: number, given: Uint16Array): Promise<void> {
    if (this.resting || version !== images.columns.version) return;
    const classes = project.classes.map(({ id }) => id).join(" ");
    const last = this.#learntOf;
    if (last?.version === version && last.classes === classes && sameLabels(last.given, given)) return;
    if (given.every((place) => place === noLabel.class)) {
      this.#forget(version);
      this.learnt = null;
    } else {
      this.learning = true;
      const told = await engine.call("fewshot.predict", { project: project.id });
      const { facts } = labelColumns;
      const current = this.project;
      if (facts?.version !== told.version || current?.id !== project.id || !keepsPlaces(project, current)) return;
      labelColumns.facts = { ...facts, told: told.classes, confidences: told.confidences };
      const { chosen, candidates, why, threshold } = told;
      this.learnt = { chosen, candidates, why, threshold };
    }
    this.#learntOf = { version, classes, given };
  }

  #forget(version: number): void {
    const { facts } = labelColumns;
    if (facts === null) return;
    const { told, confidences } = emptyFacts(version, facts.given.length);
    labelColumns.facts = { ...facts, told, confidences };
  }
}

function emptyFacts(version: number, count: number): NonNullable<typeof labelColumns.facts> {
  return {
    version,
    given: new Uint16Array(count).fill(noLabel.class),
    sources: new Uint8Array(count).fill(noLabel.source),
    told: new Uint16Array(count).fill(noLabel.class),
    confidences: new Float32Array(count),
  };
}

export const labels = new Labels();
