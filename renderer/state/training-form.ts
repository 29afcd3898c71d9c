/** @file What a person sets before a training, and the request that it becomes. What is left as it was is not sent: the engine knows better defaults. */
import { plainRequest, type Rung, type TrainingChoices, type TrainingRequest } from "#protocol/training.ts";

export const lengthKinds = ["auto", "minutes", "epochs", "steps"] as const;
export type LengthKind = (typeof lengthKinds)[number];

export interface TrainingForm {
  readonly rung: Rung;
  readonly preset: string;
  /** "": what suits the rung and the number of pictures. */
  readonly method: string;
  readonly architecture: string;
  readonly lengthKind: LengthKind;
  readonly length: number;
  /** null: the method's own. */
  readonly batch: number | null;
  readonly size: number | null;
  readonly seed: number;
  readonly device: string;
  /** "": the method's own. */
  readonly optimizer: string;
  readonly executor: string;
  /** Settings that differ from what they are by themselves, as they were typed. */
  readonly changed: Readonly<Record<string, string>>;
  readonly labels: string;
  readonly pairs: string;
  readonly name: string;
}

/** Looks at the probe while it runs: a curve needs more points than two, and an adapter's look costs nothing. */
const shownLooks = "8";

export function suggestedForm({ suggested, architectures }: Pick<TrainingChoices, "suggested" | "architectures">): TrainingForm {
  return {
    rung: suggested.rung,
    preset: suggested.preset,
    method: "",
    architecture: architectures[0]?.name ?? "",
    lengthKind: "auto",
    length: 1,
    batch: null,
    size: null,
    seed: 1,
    device: "auto",
    optimizer: "",
    executor: "auto",
    changed: suggested.rung === "adapter" ? { evaluations: shownLooks } : {},
    labels: "",
    pairs: "",
    name: "",
  };
}

export function withRung(form: TrainingForm, rung: Rung): TrainingForm {
  const { evaluations, ...others } = form.changed;
  const kept = evaluations === undefined || evaluations === shownLooks ? others : form.changed;
  return { ...form, rung, changed: rung === "adapter" && kept === others ? { ...others, evaluations: shownLooks } : kept };
}

/** @param value "" takes the setting back to what it is by itself */
export function withSetting(form: TrainingForm, name: string, value: string): TrainingForm {
  const { [name]: _, ...others } = form.changed;
  return { ...form, changed: value.trim() === "" ? others : { ...others, [name]: value.trim() } };
}

export function requestOf(form: TrainingForm): TrainingRequest {
  const isWhiten = form.rung === "whiten";
  const isScratch = form.rung === "scratch";
  const lengthOf = (kind: LengthKind): number | null => (!isWhiten && form.lengthKind === kind ? form.length : null);
  return {
    ...plainRequest,
    method: isWhiten ? "whiten" : form.method === "" ? null : form.method,
    from: isScratch ? `scratch:${form.architecture}` : null,
    trainable: form.rung === "adapter" || form.rung === "last" || form.rung === "all" ? form.rung : null,
    minutes: lengthOf("minutes"),
    epochs: lengthOf("epochs"),
    steps: lengthOf("steps"),
    batch: form.batch,
    size: form.size,
    augment: form.preset,
    device: form.device,
    seed: form.seed,
    set: isWhiten
      ? []
      : [
          ...Object.entries(form.changed).map(([name, value]) => `${name}=${value}`),
          ...(form.optimizer === "" ? [] : [`optimizer=${form.optimizer}`]),
          ...(form.executor === "auto" ? [] : [`executor=${form.executor}`]),
        ],
    labels: form.labels.trim() === "" ? null : form.labels.trim(),
    pairs: form.pairs.trim() === "" ? null : form.pairs.trim(),
  };
}

/** What a measured time depends on: how views are drawn and what they are called takes no longer. @param augment names of settings of augmentation */
export function trialKey(request: TrainingRequest, augment: ReadonlySet<string>): string {
  const set = request.set.filter((written) => !augment.has(written.slice(0, written.indexOf("=")).split(".").at(-1) ?? ""));
  return JSON.stringify({ ...request, set, seed: 0, augment: "" });
}

/** Settings of one method mean nothing to another. @param known names that stay */
export function withMethod(form: TrainingForm, method: string, known: ReadonlySet<string>): TrainingForm {
  return { ...form, method, changed: Object.fromEntries(Object.entries(form.changed).filter(([name]) => known.has(name))) };
}
