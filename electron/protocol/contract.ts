/**
 * @file The one contract between clients (renderer, command line, tests) and the engine: method name -> parameters and result. Long
 * methods answer with a job id at once; progress comes as events. The transports (MessagePort, WebSocket, an in-memory pair) carry
 * exactly this table.
 */
import type { DuplicatesContract } from "./duplicates-contract.ts";
import type { EncoderContract } from "./encoder-contract.ts";
import type { ExportContract } from "./export-contract.ts";
import type {
  ClassKind,
  LabelColumns,
  LabelHint,
  LabelImport,
  LabelPredictions,
  LabelProject,
  LabelSource,
  LabelTablePreview,
  MadeClass,
  NextImages,
  TuneRequest,
} from "./label-model.ts";
import type { MapColumns } from "./map-model.ts";
import type {
  ClassId,
  DeviceName,
  DoctorReport,
  FileEntry,
  FolderEntry,
  ImageColumns,
  ImageDetails,
  ImageId,
  JobId,
  Neighbour,
  OpenCollection,
  ProjectId,
  RecentCollection,
  UnreadableFile,
} from "./model.ts";
import type { IssueEntry, OutlierEntry, StandingOutPart } from "./outlier-model.ts";
import type { JobSnapshot } from "./progress.ts";
import type { TextContract } from "./text-contract.ts";
import type { TrainingContract } from "./training.ts";
import type { ViewContract } from "./view-contract.ts";

type Empty = Record<string, never>;

export interface Contract extends TextContract, TrainingContract, EncoderContract, ExportContract, DuplicatesContract, ViewContract {
  /** What the welcome screen needs; `collection` is null when none is open. */
  "app.state": { params: Empty; result: { collection: OpenCollection | null; recent: RecentCollection[]; version: string } };
  /** Opens the collection that has exactly this folder, or makes one, and starts to index it. */
  "collection.openFolder": { params: { path: string }; result: { collection: OpenCollection; job: JobId } };
  /** Opens one of `recent` by its workspace. */
  "collection.open": { params: { workspace: string }; result: { collection: OpenCollection } };
  "collection.close": { params: Empty; result: Empty };
  /** Forgets a recent collection: deletes its workspace (never its images). */
  "collection.forget": { params: { workspace: string }; result: Empty };
  /** Draws the sample pictures into the data directory and opens them as a collection. */
  "collection.openSamples": { params: Empty; result: { collection: OpenCollection; job: JobId } };
  "collection.summary": { params: Empty; result: OpenCollection };
  /** Scans again (all folders, or adds these) and brings everything up to date. */
  "collection.index": { params: { folders?: string[]; encoder?: string; device?: DeviceName }; result: { job: JobId } };
  /** Whether its folders are watched while it is open; kept with the collection. */
  "collection.watch": { params: { on: boolean }; result: OpenCollection };
  /** Looks at the watched folders for changes that the system did not tell; a job begins where there are any. */
  "collection.lookAgain": { params: Empty; result: Empty };
  "collection.unreadable": { params: Empty; result: { files: UnreadableFile[] } };

  /** Folders inside a folder of the machine that runs the engine, and its files with one of these endings; without path the home directory. */
  "folders.list": {
    params: { path?: string; hidden?: boolean; endings?: string[] };
    result: { path: string; parent: string | null; folders: FolderEntry[]; files: FileEntry[]; images: number };
  };

  "images.columns": { params: Empty; result: ImageColumns };
  "images.details": { params: { id: ImageId }; result: ImageDetails };
  /** The nearest others by embedding, from the stored graph or exactly. */
  "images.similar": { params: { id: ImageId; count: number }; result: { results: Neighbour[] } };
  /** Like `images.similar` for a picture from outside: the bytes of a file (dropped), or its path on the engine's machine. */
  "images.similarToFile": { params: { bytes?: Uint8Array; path?: string; name: string; count: number }; result: { results: Neighbour[] } };
  /** File names, folders and facts that contain every word. */
  "images.find": { params: { text: string; limit: number }; result: { ids: Int32Array; total: number } };
  /**
   * Where a host finds the displayable bytes: the file itself when a browser shows its format, else a rendered preview. Of a file of several frames, slices or
   * pages any one (from 0), of a medical file with any of its windows (in the order of its facts).
   */
  "images.file": {
    params: { id: ImageId; kind: "thumbnail" | "image"; frame?: number; window?: number };
    result: { path: Uint8Array; mediaType: string };
  };

  "map.columns": { params: Empty; result: MapColumns };
  /** Lays the map out again from where it is, with the points that were only put beside their neighbours. */
  "map.redo": { params: Empty; result: { job: JobId } };
  "outliers.list": { params: { offset: number; limit: number }; result: { entries: OutlierEntry[]; total: number } };
  /** Where a picture is unlike the ordinary ones nearest to it; worked out when asked for. */
  "outliers.part": { params: { id: ImageId }; result: StandingOutPart };
  "issues.list": {
    params: { kind?: string; offset: number; limit: number };
    result: { entries: IssueEntry[]; total: number; counts: Record<string, number> };
  };

  "labels.projects": { params: Empty; result: { projects: LabelProject[] } };
  "labels.createProject": { params: { name: string }; result: LabelProject };
  "labels.renameProject": { params: { project: ProjectId; name: string }; result: LabelProject };
  /** With all its labels, for good: not a step that can be undone. */
  "labels.removeProject": { params: { project: ProjectId }; result: Empty };
  /** Without colour and key the next free ones. The project has at most one class of kind "none-of-these". */
  "labels.createClass": {
    params: { project: ProjectId; name: string; kind?: ClassKind; colour?: number; key?: number };
    result: { project: LabelProject; class: ClassId };
  };
  /** Key 0: none. A key that another class has is taken from it. */
  "labels.changeClass": { params: { class: ClassId; name?: string; colour?: number; key?: number }; result: LabelProject };
  /** With its labels. */
  "labels.removeClass": { params: { class: ClassId }; result: LabelProject };
  /** Gives these images the class, or one that is made in the same step; with neither takes their labels away. All is one step. */
  "labels.set": {
    params: { project: ProjectId; images: Int32Array; class?: ClassId; make?: MadeClass; source?: LabelSource };
    result: LabelProject;
  };
  /** Says that the labels of these images are right: `fewshot.hints` leaves them alone until they change. One step. */
  "labels.keep": { params: { project: ProjectId; images: Int32Array }; result: LabelProject };
  "labels.undo": { params: { project: ProjectId }; result: { project: LabelProject; what: string | null } };
  "labels.redo": { params: { project: ProjectId }; result: { project: LabelProject; what: string | null } };
  "labels.read": { params: { project: ProjectId }; result: LabelColumns };
  /** From a table of (path, label), as one step; classes that are missing are made. */
  "labels.importFile": { params: { project: ProjectId; path: string; bytes?: Uint8Array }; result: LabelImport };
  /** What that would do, also before there is a project. `bytes` are of a table that was dropped into a browser, `path` is then its name. */
  "labels.previewFile": { params: { project?: ProjectId; path: string; bytes?: Uint8Array }; result: LabelTablePreview };
  /** The folder in which an image lies becomes its class, as one step. */
  "labels.importFolders": { params: { project: ProjectId }; result: LabelImport };
  /** A table of path, label, source. */
  "labels.exportFile": { params: { project: ProjectId; path: string }; result: LabelImport };

  /** Learns from the labels of a project; `features` names the vectors to learn on, all where it is not given. */
  "fewshot.predict": { params: { project: ProjectId; features?: string; threshold?: number }; result: LabelPredictions };
  /** What to look at next; never what is labelled or in `shown`. */
  "fewshot.next": { params: { project: ProjectId; count: number; features?: string; shown?: Int32Array }; result: NextImages };
  /** Labels that may be mistakes and were not kept, the surest first. */
  "fewshot.hints": { params: { project: ProjectId; features?: string }; result: { hints: LabelHint[] } };
  /** What accepting all with at least this confidence would label, the most doubtful first; ids, classes (positions) and confidences side by side. */
  "fewshot.acceptable": {
    params: { project: ProjectId; least: number; class?: ClassId; features?: string };
    result: { ids: Int32Array; classes: Uint16Array; confidences: Float32Array; expectedErrors: number };
  };
  /** Labels them so, as one step, with the source "accepted". */
  "fewshot.accept": {
    params: { project: ProjectId; least: number; class?: ClassId; features?: string };
    result: { project: LabelProject; accepted: number };
  };
  /**
   * Trains on the labels of a project and judges by labels that were left out: a job that ends with a `TrainReport` with `tuned`. The collection keeps its encoder;
   * `runs.apply` uses what came out.
   */
  "fewshot.tune": { params: { project: ProjectId } & TuneRequest; result: { run: string; job: JobId } };
  doctor: { params: Empty; result: DoctorReport };

  "jobs.list": { params: Empty; result: { jobs: JobSnapshot[] } };
  "jobs.pause": { params: { id: JobId }; result: Empty };
  "jobs.resume": { params: { id: JobId }; result: Empty };
  "jobs.cancel": { params: { id: JobId }; result: Empty };
}

export type Method = keyof Contract;
export type Params<M extends Method> = Contract[M]["params"];
export type Result<M extends Method> = Contract[M]["result"];

/** Pushed to every connected client. */
export interface Events {
  /** At most five times a second per job, and always the last state. */
  job: JobSnapshot;
  /** Stored rows changed; `what` says which views should read again. */
  changed: {
    readonly version: number;
    readonly what: readonly ("images" | "map" | "duplicates" | "outliers" | "issues" | "collection" | "labels" | "views")[];
  };
}
export type EventName = keyof Events;

/** The part of a platform's AbortSignal that handlers need; the protocol is compiled without platform types. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What answers a client: total over the contract, so a new method does not compile until it is handled. */
export type Handlers = { [M in Method]: (params: Params<M>, context: { readonly signal: CancelSignal }) => Result<M> | Promise<Result<M>> };
