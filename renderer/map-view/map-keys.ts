/** @file Keys on the map: arrows pan, with Ctrl they go from picture to picture, plus and minus zoom, Home shows all, Enter opens. */

export interface MapKeyMeanings {
  pan(dx: number, dy: number): unknown;
  zoom(factor: number): unknown;
  fit(): unknown;
  open(): unknown;
  /** Goes to the next picture in a direction. */
  step(dx: number, dy: number): unknown;
  /** Ends what is under way; false when nothing was. */
  escape(): boolean;
}

const panPixels = 80;
const zoomFactor = 1.5;
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** True when the key meant something here. */
export function handleMapKey(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">,
  mean: MapKeyMeanings,
): boolean {
  if (event.altKey) return false;
  const withControl = event.ctrlKey || event.metaKey;
  const arrow = arrows[event.key];
  if (arrow !== undefined) {
    const reach = panPixels * (event.shiftKey ? 4 : 1);
    if (withControl) mean.step(arrow[0], arrow[1]);
    else mean.pan(-arrow[0] * reach, -arrow[1] * reach);
    return true;
  }
  if (withControl) return false;
  if (event.key === "+" || event.key === "=") mean.zoom(zoomFactor);
  else if (event.key === "-") mean.zoom(1 / zoomFactor);
  else if (event.key === "Home") mean.fit();
  else if (event.key === "Enter") mean.open();
  else if (event.key === "Escape") return mean.escape();
  else return false;
  return true;
}
