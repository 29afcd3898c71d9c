/**
 * @file Runs in the page of the test build before the app: puts the fake engine where the app looks for one. The address says what it
 * holds: `?fake=10000`, `?fake=0` (nothing open: the welcome screen), `?fake=empty` (a collection without images), `&job` (indexing runs),
 * `&labels` (some pictures are labelled), `&series` (some are slices of a series).
 */
import { createFakeEngine } from "./fake-engine.ts";

const query = new URLSearchParams(location.search);
const asked = query.get("fake");
if (asked !== null) {
  const engine = createFakeEngine({
    images: Number(asked) || 0,
    open: asked !== "0",
    labelled: query.has("labels"),
    series: query.has("series"),
  });
  if (query.has("job")) engine.setJob({});
  // `&pictures=server`: from the test server, as JPEG, as in real life (an SVG is far dearer to draw).
  const pictureUrl = query.get("pictures") === "server" ? (id: number, kind: string): string => `/${kind}/${id}` : engine.pictureUrl;
  Object.assign(window, {
    likeness: { kind: "embedded", handlers: engine.handlers, on: engine.on, onConnection: engine.onConnection, pictureUrl },
    fakeEngine: engine,
  });
}
