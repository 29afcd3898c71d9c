/**
 * @file Answers the training part of the contract. What loads every method and executor is imported when first asked for, so that opening a collection does
 * not wait for it.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { TrainingContract, TrainingRequest } from "#protocol/training.ts";

import { defaultEncoderId } from "./encoders/registry.ts";
import type { Engine } from "./engine.ts";
import type { TrainParameters } from "./stages/training/make-plan.ts";
import type { SampleSquares } from "./stages/training/sample-squares.ts";
import { countFormats } from "./store/queries/contents.ts";
import { chosenKind } from "./store/queries/kind.ts";
import { readProperty } from "./store/queries/properties.ts";

type TrainingHandlers = Pick<Handlers, keyof TrainingContract>;

export function createTrainingHandlers(engine: Engine, dataFolder: string): TrainingHandlers {
  const store = () => engine.requireCollection().store;
  const parametersOf = (request: TrainingRequest): TrainParameters => ({
    ...request,
    run: "preview",
    from: request.from ?? readProperty(store(), "encoder") ?? defaultEncoderId,
  });
  let trial: AbortController | null = null;
  let squares: { readonly key: string; readonly made: Promise<SampleSquares> } | null = null;
  return {
    "training.choices": async () => {
      const { trainingChoices } = await import("./stages/training/choices.ts");
      const collection = engine.requireCollection();
      const formats = countFormats(collection.store);
      const graph = collection.graph();
      return trainingChoices({
        pictures: Object.values(formats).reduce((sum, count) => sum + count, 0),
        formats,
        kind: chosenKind(collection.store),
        encoder: collection.encoder().card.id,
        vectors: collection.vectors()?.table ?? null,
        graph: graph && { count: graph.contentIds.length, k: graph.k, indices: graph.indices, similarities: graph.similarities },
      });
    },
    "training.check": async ({ request }) => {
      const { planFor } = await import("./stages/training/run-trial.ts");
      const { summarisePlan } = await import("./stages/training/plan-summary.ts");
      const parameters = parametersOf(request);
      return summarisePlan(planFor(parameters, { store: store(), dataFolder, threads: engine.cores }).plan, parameters);
    },
    "training.trial": async ({ request }, { signal }) => {
      const { runTrial } = await import("./stages/training/run-trial.ts");
      trial?.abort();
      const own = new AbortController();
      trial = own;
      const stop = (): void => own.abort();
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      try {
        return await runTrial(
          parametersOf(request),
          {
            store: store(),
            dataFolder,
            threads: engine.cores,
            children: engine.children(),
            clock: engine.clock,
            spawnTrainer: engine.spawnTrainer,
          },
          { signal: own.signal, wasBusy: engine.jobs?.list().some(({ state }) => state === "running") ?? false },
        );
      } finally {
        signal.removeEventListener("abort", stop);
        if (trial === own) trial = null;
      }
    },
    "training.views": async ({ request, pictures, sidePx, draw }) => {
      const { planFor } = await import("./stages/training/run-trial.ts");
      const { readSampleSquares } = await import("./stages/training/sample-squares.ts");
      const { drawStrip } = await import("./stages/training/view-strip.ts");
      const { plan, contents } = planFor(parametersOf(request), { store: store(), dataFolder, threads: engine.cores });
      const squareSidePx = plan.pictures.sidePx;
      const key = `${store().workspace} ${plan.pictures.fingerprint} ${squareSidePx} ${pictures}`;
      if (squares?.key !== key) {
        const made = readSampleSquares({
          store: store(),
          children: engine.children(),
          contents,
          sidePx: squareSidePx,
          limit: pictures,
          clock: engine.clock,
          name: "strip",
        });
        const mine = { key, made };
        squares = mine;
        made.catch(() => {
          if (squares === mine) squares = null;
        });
      }
      return drawStrip({ plan, squares: await squares.made, squareSidePx, sidePx, draw });
    },
    "training.start": ({ request, name }) => {
      const started = engine.training.start(request);
      if (name !== undefined && name.trim() !== "") engine.training.rename(started.run, name);
      return started;
    },
    "runs.list": () => ({ runs: engine.training.list() }),
    "runs.show": async ({ id }) => {
      const { describeRunDetails } = await import("./views/runs.ts");
      return describeRunDetails(engine, id);
    },
    "runs.metrics": async ({ id, after }) => {
      const { runMetrics } = await import("./views/runs.ts");
      engine.training.show(id);
      return runMetrics(engine.requireCollection(), id, after);
    },
    "runs.examples": async ({ id }) => {
      const { runExamples } = await import("./views/runs.ts");
      engine.training.show(id);
      return runExamples(engine.requireCollection(), id);
    },
    "runs.neighbours": async ({ id }) => {
      const { runNeighbours } = await import("./views/runs.ts");
      engine.training.show(id);
      return runNeighbours(engine.requireCollection(), id);
    },
    "runs.compare": ({ id }) => ({ job: engine.training.compare(id) }),
    "runs.comparison": async ({ id }) => {
      const { describeComparison } = await import("./views/comparison.ts");
      return describeComparison(engine, id);
    },
    "runs.rename": ({ id, name }) => {
      engine.training.rename(id, name);
      return {};
    },
    "runs.delete": ({ id }) => {
      engine.training.remove(id);
      return {};
    },
    "runs.pause": ({ id }) => {
      engine.training.pause(id);
      return {};
    },
    "runs.resume": ({ id }) => ({ job: engine.training.resume(id) }),
    "runs.cancel": ({ id }) => {
      engine.training.cancel(id);
      return {};
    },
    "runs.apply": ({ id, encoder }) => ({ job: engine.training.apply(id, encoder) }),
    "runs.decide": ({ id, decision }) => {
      engine.training.decide(id, decision);
      return {};
    },
  };
}
