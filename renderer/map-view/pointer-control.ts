/**
 * @file Mouse, pen, touch and trackpad on the map as what a person means: pan, zoom, pick, draw a lasso. Two fingers pan and pinch at
 * once; a wheel with Ctrl is how browsers report a pinch on a trackpad.
 */
import type { Spot } from "./camera.ts";

export interface PointerMeanings {
  /** Whether a drag that starts now draws a lasso. */
  lassoWanted(event: PointerEvent): boolean;
  panBy(dx: number, dy: number): void;
  zoom(at: Spot, factor: number, how: "glide" | "jump"): void;
  pick(at: Spot, toggle: boolean): void;
  frameAt(at: Spot): void;
  hover(at: Spot | null): void;
  /** The outline so far, pixels; `add` when Ctrl is held. */
  lassoMove(at: Spot): void;
  lassoEnd(add: boolean): void;
  lassoCancel(): void;
  /** "" when nothing is dragged. */
  dragging(what: "pan" | "lasso" | ""): void;
}

/** A press that moves less is a click. */
const dragFrom = 4;
const notchFactor = 1.0016;
const pinchFactor = 1.01;

export function controlByPointer(element: HTMLElement, mean: PointerMeanings): () => void {
  const down = new Map<number, Spot>();
  let drag: "none" | "pressed" | "pan" | "lasso" = "none";
  let start: Spot = { x: 0, y: 0 };

  const spotOf = (event: MouseEvent): Spot => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const isOwn = (event: Event): boolean => !(event.target instanceof Element && event.target.closest("button, input, select, a") !== null);
  const set = (next: typeof drag): void => {
    drag = next;
    mean.dragging(next === "pan" || next === "lasso" ? next : "");
  };

  const pointerdown = (event: PointerEvent): void => {
    if (!isOwn(event) || (event.pointerType === "mouse" && event.button !== 0)) return;
    const at = spotOf(event);
    down.set(event.pointerId, at);
    if (down.size === 1) {
      start = at;
      set("pressed");
      if (mean.lassoWanted(event)) {
        capture(element, event.pointerId);
        set("lasso");
        mean.hover(null);
        mean.lassoMove(at);
      }
    } else {
      if (drag === "lasso") mean.lassoCancel();
      set("pan");
    }
  };
  const pointermove = (event: PointerEvent): void => {
    const at = spotOf(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      mean.hover(isOwn(event) ? at : null);
      return;
    }
    if (down.size === 2) {
      pinch(down, event.pointerId, at, mean);
      return;
    }
    if (drag === "lasso") {
      for (const part of event.getCoalescedEvents?.() ?? []) mean.lassoMove(spotOf(part));
      mean.lassoMove(at);
    } else if (drag === "pan") mean.panBy(at.x - before.x, at.y - before.y);
    else if (Math.hypot(at.x - start.x, at.y - start.y) >= dragFrom) {
      capture(element, event.pointerId);
      set("pan");
      mean.hover(null);
      mean.panBy(at.x - start.x, at.y - start.y);
    } else return;
    down.set(event.pointerId, at);
  };
  const pointerup = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId)) return;
    if (drag === "lasso") mean.lassoEnd(event.ctrlKey || event.metaKey);
    else if (drag === "pressed") mean.pick(spotOf(event), event.ctrlKey || event.metaKey);
    if (down.size === 0) set("none");
  };
  const pointercancel = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId)) return;
    if (drag === "lasso") mean.lassoCancel();
    if (down.size === 0) set("none");
  };
  const pointerleave = (): void => mean.hover(null);
  const dblclick = (event: MouseEvent): void => {
    if (isOwn(event)) mean.frameAt(spotOf(event));
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
    // A notch of a wheel is a step worth smoothing; a trackpad is smooth by itself.
    const notch = !event.ctrlKey && Math.abs(pixels) >= 40;
    const limited = Math.max(-400, Math.min(400, pixels));
    mean.zoom(spotOf(event), (event.ctrlKey ? pinchFactor : notchFactor) ** -limited, notch ? "glide" : "jump");
  };

  const listeners = { pointerdown, pointermove, pointerup, pointercancel, pointerleave, dblclick } as const;
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
  element.addEventListener("wheel", wheel, { passive: false });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener as EventListener);
    element.removeEventListener("wheel", wheel);
  };
}

function pinch(down: Map<number, Spot>, moved: number, at: Spot, mean: PointerMeanings): void {
  const [first, second] = [...down.values()];
  const middle = midway(first, second);
  const apart = distance(first, second);
  down.set(moved, at);
  const [newFirst, newSecond] = [...down.values()];
  const newMiddle = midway(newFirst, newSecond);
  mean.panBy(newMiddle.x - middle.x, newMiddle.y - middle.y);
  if (apart > 0) mean.zoom(newMiddle, distance(newFirst, newSecond) / apart, "jump");
}

function midway(a: Spot, b: Spot): Spot {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** So that a drag goes on outside the window; a pointer that is gone already cannot be held. */
function capture(element: HTMLElement, pointerId: number): void {
  try {
    element.setPointerCapture(pointerId);
  } catch {
    return;
  }
}
