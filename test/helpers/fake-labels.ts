/**
 * @file Labels of the fake engine: projects in memory with steps to undo, and predictions that follow the fake clusters: a picture is told to be what a labelled one of
 * its cluster is.
 */
import type { Contract, Handlers } from "#protocol/contract.ts";
import { labelSources, noLabel, type LabelClass, type LabelImport, type LabelProject, type LabelSource } from "#protocol/label-model.ts";
import type { ClassId, ImageId, ProjectId } from "#protocol/model.ts";

import { longName, type FakeImage } from "./fake-images.ts";

type LabelMethod = Exclude<Extract<keyof Contract, `labels.${string}` | `fewshot.${string}`>, "fewshot.tune">;

export interface FakeLabelOptions {
  images(): readonly FakeImage[];
  version(): number;
  announce(): void;
  /** A project with some labels from the start. */
  readonly begun: boolean;
}

interface Label {
  readonly class: number;
  readonly source: LabelSource;
  readonly kept?: boolean;
}

type FakeClass = Pick<LabelClass, "id" | "name" | "colour" | "key" | "kind">;

interface State {
  readonly classes: readonly FakeClass[];
  readonly labels: ReadonlyMap<number, Label>;
}

interface Project {
  readonly id: number;
  name: string;
  state: State;
  undo: { what: string; state: State }[];
  redo: { what: string; state: State }[];
}

const colours = [0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x0072b2, 0xd55e00, 0xcc79a7, 0x8f8aa8, 0x9600ff];

export function createFakeLabels({ images, version, announce, begun }: FakeLabelOptions): Pick<Handlers, LabelMethod> {
  const projects: Project[] = [];
  let nextId = 1;
  const find = (id: number): Project => {
    const found = projects.find((each) => each.id === id);
    if (!found) throw new Error(`There is no project ${id}.`);
    return found;
  };
  const ownerOf = (id: number): Project => {
    const found = projects.find(({ state }) => state.classes.some((each) => each.id === id));
    if (!found) throw new Error(`There is no class ${id}.`);
    return found;
  };
  const describe = ({ id, name, state, undo, redo }: Project): LabelProject => ({
    id: id as ProjectId,
    name,
    classes: state.classes.map((each) => {
      const its = [...state.labels.values()].filter((label) => label.class === each.id);
      const bySource = Object.fromEntries(
        labelSources.map((source) => [source, its.filter((label) => label.source === source).length]),
      ) as Record<LabelSource, number>;
      return { ...each, count: its.length, bySource };
    }),
    undo: undo.at(-1)?.what ?? null,
    redo: redo.at(-1)?.what ?? null,
  });
  const step = (project: Project, what: string, state: State): LabelProject => {
    project.undo.push({ what, state: project.state });
    project.redo = [];
    project.state = state;
    announce();
    return describe(project);
  };
  const make = (name: string): Project => {
    const project: Project = { id: nextId++, name, state: { classes: [], labels: new Map() }, undo: [], redo: [] };
    projects.push(project);
    return project;
  };
  const classOf = (classes: readonly FakeClass[], given: { name: string; key?: number | undefined; kind?: LabelClass["kind"] | undefined }): FakeClass => ({
    id: nextId++ as ClassId,
    name: given.name,
    colour: given.kind === "none-of-these" ? 0x808080 : (colours[classes.length % colours.length] as number),
    key: given.key ?? [1, 2, 3, 4, 5, 6, 7, 8, 9].find((key) => classes.every((each) => each.key !== key)) ?? null,
    kind: given.kind ?? "normal",
  }); // prettier-ignore
  const withLabels = ({ labels }: State, ids: Iterable<number>, label: Label | null): Map<number, Label> => {
    const next = new Map(labels);
    for (const id of ids)
      if (label) next.set(id, label);
      else next.delete(id);
    return next;
  };
  const move = (project: Project, from: "undo" | "redo", to: "undo" | "redo"): { project: LabelProject; what: string | null } => {
    const last = project[from].pop();
    if (last === undefined) return { project: describe(project), what: null };
    project[to].push({ what: last.what, state: project.state });
    project.state = last.state;
    announce();
    return { project: describe(project), what: last.what };
  };
  /** Of each picture: position of its class, and how surely. */
  const predict = ({ state }: Project): { places: Uint16Array; confidences: Float32Array } => {
    const placeOf = new Map(state.classes.map((each, place) => [each.id as number, place]));
    const ofCluster = new Map<number, number>();
    for (const [id, label] of state.labels)
      ofCluster.set((images()[id - 1] as FakeImage).cluster, placeOf.get(label.class) ?? noLabel.class);
    const confidences = Float32Array.from(images(), (one) =>
      state.labels.has(one.id) ? 1 : ofCluster.has(one.cluster) ? 0.45 + 0.54 * (one.seed / 2 ** 32) : 0.3,
    );
    const places = Uint16Array.from(images(), (one, at) =>
      (confidences[at] as number) < 0.5 ? noLabel.class : (ofCluster.get(one.cluster) ?? noLabel.class),
    );
    for (const [id, label] of state.labels) places[id - 1] = placeOf.get(label.class) ?? noLabel.class;
    return { places, confidences };
  };
  const acceptable = (project: Project, least: number, only: number | undefined): { id: number; place: number; confidence: number }[] => {
    const { places, confidences } = predict(project);
    return images()
      .map((one, at) => ({ id: one.id, place: places[at] as number, confidence: confidences[at] as number }))
      .filter(({ id, place, confidence }) => place !== noLabel.class && confidence >= least && !project.state.labels.has(id))
      .filter(({ place }) => only === undefined || project.state.classes[place]?.id === only)
      .sort((one, other) => one.confidence - other.confidence);
  };
  const importFolders = (id: number): LabelImport => {
    const project = find(id);
    let { classes } = project.state;
    const labels = new Map(project.state.labels);
    const names = ["Coast", "Old town", "Market", "Scans", "Letters"];
    for (const name of names) classes = [...classes, classOf(classes, { name })];
    for (const one of images())
      labels.set(one.id, { class: classes.at(one.folder - names.length)?.id as number, source: "imported-folders" });
    const made = step(project, `import ${images().length} labels`, { classes, labels });
    return { images: labels.size, classes: made.classes.map(({ name, count }) => ({ name, count })), unmatched: [] };
  };

  if (begun) {
    const project = make("Classes");
    let classes: readonly FakeClass[] = [];
    for (const name of ["Coast", "Old town", longName, "Letters"]) classes = [...classes, classOf(classes, { name })];
    classes = [...classes, classOf(classes, { name: "None of these", key: 9, kind: "none-of-these" })];
    const labels = new Map<number, Label>();
    for (const one of images().slice(0, 40)) labels.set(one.id, { class: (classes[one.cluster % 5] as FakeClass).id, source: "clicked" });
    step(project, "label 40 images", { classes, labels });
  }

  return {
    "labels.projects": () => ({ projects: projects.map(describe) }),
    "labels.createProject": ({ name }) => describe(make(name)),
    "labels.renameProject": ({ project, name }) => describe(Object.assign(find(project), { name })),
    "labels.removeProject": ({ project }) => {
      projects.splice(projects.indexOf(find(project)), 1);
      announce();
      return {};
    },
    "labels.createClass": ({ project: id, name, kind, key }) => {
      const project = find(id);
      const made = classOf(project.state.classes, { name, kind, key });
      return {
        project: step(project, `make the class ${name}`, { ...project.state, classes: [...project.state.classes, made] }),
        class: made.id,
      };
    },
    "labels.changeClass": ({ class: id, key, ...to }) => {
      const project = ownerOf(id);
      const classes = project.state.classes.map((each) => {
        if (each.id === id) return { ...each, ...to, ...(key !== undefined && { key: key === 0 ? null : key }) };
        return each.key === key ? { ...each, key: null } : each;
      });
      return step(project, "change a class", { ...project.state, classes });
    },
    "labels.removeClass": ({ class: id }) => {
      const project = ownerOf(id);
      const gone = [...project.state.labels].filter(([, label]) => label.class === id).map(([image]) => image);
      const classes = project.state.classes.filter((each) => each.id !== id);
      return step(project, "remove a class", { classes, labels: withLabels(project.state, gone, null) });
    },
    "labels.set": ({ project: id, images: ids, class: given, make: fresh, source = "clicked" }) => {
      const project = find(id);
      const made = fresh === undefined ? null : classOf(project.state.classes, fresh);
      const classes = made === null ? project.state.classes : [...project.state.classes, made];
      const chosen = made?.id ?? given;
      const name = classes.find((each) => each.id === chosen)?.name;
      const what = ids.length === 1 ? "an image" : `${ids.length} images`;
      const labels = withLabels(project.state, ids, chosen === undefined ? null : { class: chosen, source });
      return step(project, name === undefined ? `take the label off ${what}` : `label ${what} ${name}`, { classes, labels });
    },
    "labels.keep": ({ project: id, images: ids }) => {
      const project = find(id);
      const labels = new Map(project.state.labels);
      for (const image of ids) {
        const known = labels.get(image);
        if (known) labels.set(image, { ...known, kept: true });
      }
      return step(project, "keep the label of an image", { ...project.state, labels });
    },
    "labels.undo": ({ project }) => move(find(project), "undo", "redo"),
    "labels.redo": ({ project }) => move(find(project), "redo", "undo"),
    "labels.read": ({ project: id }) => {
      const { state } = find(id);
      const placeOf = new Map(state.classes.map((each, place) => [each.id as number, place]));
      return {
        version: version(),
        count: images().length,
        classes: Uint16Array.from(images(), ({ id: image }) => placeOf.get(state.labels.get(image)?.class ?? 0) ?? noLabel.class),
        sources: Uint8Array.from(images(), ({ id: image }) => {
          const label = state.labels.get(image);
          return label === undefined ? noLabel.source : labelSources.indexOf(label.source);
        }),
      };
    },
    "labels.importFile": ({ project }) => importFolders(project),
    "labels.previewFile": () => ({
      rows: 220,
      matched: 212,
      unmatched: ["Coast/gone.jpg", `Old town/${longName}`, "Market/7.jpg", "a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"],
      images: 212,
      relabelled: 14,
      classes: [
        { name: "Coast", count: 120 },
        { name: longName, count: 92 },
      ],
      newClasses: [longName],
    }),
    "labels.importFolders": ({ project }) => importFolders(project),
    "labels.exportFile": ({ project }) => ({ images: find(project).state.labels.size, classes: [], unmatched: [] }),
    "fewshot.predict": ({ project, threshold = 0.5 }) => {
      const { places, confidences } = predict(find(project));
      const chosen = { model: "both", features: "whitened", looAccuracy: 0.925 };
      return {
        version: version(),
        count: images().length,
        classes: places,
        confidences,
        threshold,
        chosen,
        candidates: [chosen, { model: "ridge", features: "whitened", looAccuracy: 0.9 }, { model: "propagation", features: "frozen", looAccuracy: 0.85 }],
        why: "straight lines and neighbours together on whitened vectors: each left out in turn, 93 % of 40 clicks are told; none of 5 other ways tells more",
        reliability: [],
      }; // prettier-ignore
    },
    "fewshot.next": ({ project, count, shown }) => {
      const { labels } = find(project).state;
      const without = new Set(shown);
      const open = images().filter(({ id }) => !labels.has(id) && !without.has(id));
      const why = labels.size === 0 ? "stands for about 120 images" : "between Coast (48 %) and Old town (41 %)";
      const enough = labels.size >= 60;
      return {
        images: open.slice(0, count).map(({ id }) => ({ id: id as ImageId, why })),
        outlook: enough
          ? "Half of the clicks tell 92 %, all of them 93 %: more clicks will hardly help."
          : "Half of the clicks tell 84 %, all of them 93 %: as many again may bring some 5 points.",
        flattened: enough,
      };
    },
    "fewshot.hints": ({ project }) => {
      const { classes, labels } = find(project).state;
      const [one, two] = classes;
      if (one === undefined || two === undefined) return { hints: [] };
      const doubtful = [...labels].filter(([, label]) => label.class === one.id && label.kept !== true).slice(0, 3);
      return {
        hints: doubtful.map(([id], at) => ({
          id: id as ImageId,
          label: one.id,
          other: two.id,
          confidence: 0.9 - at / 10,
          text: "",
        })),
      };
    },
    "fewshot.acceptable": ({ project, least, class: only }) => {
      const found = acceptable(find(project), least, only);
      return {
        ids: Int32Array.from(found, ({ id }) => id),
        classes: Uint16Array.from(found, ({ place }) => place),
        confidences: Float32Array.from(found, ({ confidence }) => confidence),
        expectedErrors: found.reduce((sum, { confidence }) => sum + 1 - confidence, 0),
      };
    },
    "fewshot.accept": ({ project: id, least, class: only }) => {
      const project = find(id);
      const found = acceptable(project, least, only);
      const labels = new Map(project.state.labels);
      for (const { id: image, place } of found)
        labels.set(image, { class: project.state.classes[place]?.id as number, source: "accepted" });
      const what = `accept ${found.length} images told with ${Math.round(100 * least)} % or more`;
      return { project: step(project, what, { ...project.state, labels }), accepted: found.length };
    },
  };
}
