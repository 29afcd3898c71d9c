/**
 * @file Answers the part of the contract about narrowing what is shown, and keeps saved views.
 */
import type { Handlers } from "#protocol/contract.ts";
import type { ImageId } from "#protocol/model.ts";
import type { SavedView, ViewContract } from "#protocol/view-contract.ts";

import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import { labelOfContent } from "./label-actions.ts";
import { UserError } from "./base/errors.ts";
import type { WriteStore } from "./store/database.ts";
import { fileById } from "./store/queries/files.ts";
import { chooseKind } from "./store/queries/kind.ts";
import { deleteView, listSavedViews, renameView, restoreView, saveView } from "./store/queries/saved-views.ts";
import { listFacets } from "./views/select/facets.ts";
import { parseQuery } from "./views/select/parse-query.ts";
import { selectImages } from "./views/select/select-images.ts";

export function createViewHandlers(engine: Engine): Pick<Handlers, keyof ViewContract> {
  const collection = engine.requireCollection;
  const changed = <T>(change: (store: WriteStore) => T): { views: SavedView[]; result: T } => {
    requireRunner(engine.jobs, engine.collection !== null);
    const store = collection().store as WriteStore;
    const result = change(store);
    engine.emit("changed", { version: collection().version, what: ["views"] });
    return { views: listSavedViews(store), result };
  };
  return {
    "images.select": ({ query }) => {
      const { columns } = collection().catalogue();
      const positions = selectImages(collection(), query, labelOfContent(collection()));
      return { version: columns.version, ids: positions.map((position) => columns.ids[position] as ImageId) };
    },
    "images.facets": ({ query }) => ({ facets: listFacets(collection(), query, labelOfContent(collection())) }),
    "images.patient": async ({ id }) => {
      const file = fileById(collection().store, id);
      if (!file) throw new UserError("image-unknown", `There is no image ${id} in this collection (any more).`);
      const answer = await engine.children().run("patient", { path: file.path }, { urgent: true });
      if ("failure" in answer) throw new UserError(answer.failure.code, answer.failure.message);
      return answer;
    },
    "collection.setKind": ({ kind }) => {
      requireRunner(engine.jobs, engine.collection !== null);
      chooseKind(collection().store as WriteStore, kind);
      collection().invalidate();
      engine.announce();
      return collection().summary();
    },
    "views.list": () => ({ views: listSavedViews(collection().store) }),
    "views.save": (given) => {
      parseQuery(given.query);
      const { views, result } = changed((store) => saveView(store, given, engine.clock.now()));
      return { views, id: result };
    },
    "views.rename": ({ id, name }) => ({ views: changed((store) => renameView(store, id, name)).views }),
    "views.delete": ({ id }) => ({ views: changed((store) => deleteView(store, id, engine.clock.now())).views }),
    "views.restore": ({ id }) => ({ views: changed((store) => restoreView(store, id)).views }),
  };
}
