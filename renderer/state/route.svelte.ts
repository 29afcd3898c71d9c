/** @file Which view is open, kept in the address so that back, forward and reload do what people expect. */
import type { ImageId } from "#protocol/model.ts";

import type { Rectangle } from "../widgets/zoom.ts";
import { regionPart } from "./region-part.ts";

export const viewNames = ["library", "map", "duplicates", "outliers", "similar", "classes", "training", "encoders"] as const;
export type ViewName = (typeof viewNames)[number];

class Route {
  view = $state<ViewName>("library");
  /** What the view shows of itself: a tab, a group, an image. */
  part = $state("");

  constructor() {
    this.#read();
    addEventListener("popstate", () => this.#read());
  }

  go(view: ViewName, part = ""): void {
    const hash = part === "" ? `#/${view}` : `#/${view}/${encodeURIComponent(part)}`;
    if (hash !== location.hash) history.pushState(null, "", hash);
    this.view = view;
    this.part = part;
  }

  /** Another part of the same view, without a new step to go back. */
  replacePart(part: string): void {
    history.replaceState(null, "", `#/${this.view}/${encodeURIComponent(part)}`);
    this.part = part;
  }

  /** More like this image. */
  goSimilar(id: ImageId): void {
    this.go("similar", String(id));
  }

  /** Pictures in which a part of this one is found. */
  goRegion(id: ImageId, box: Rectangle): void {
    this.go("similar", regionPart(id, box));
  }

  #read(): void {
    const [view = "", part = ""] = location.hash.slice(2).split("/");
    this.view = viewNames.find((name) => name === view) ?? "library";
    try {
      this.part = decodeURIComponent(part);
    } catch {
      this.part = "";
    }
  }
}

export const route = new Route();
