/**
 * @file The canvas of two maps: points drawn anywhere between their places before and after, as a slider says or as time passes. The same surface as the map's; it
 * knows nothing of pictures.
 */
import type { Camera, Size } from "../../../map-view/camera.ts";
import type { Colour } from "../../../map-view/palette.ts";
import { createPlainSurface } from "../../../map-view/plain-surface.ts";
import type { PointStyle } from "../../../map-view/scene.ts";
import type { Looks } from "../../../map-view/surface.ts";
import { createWebglSurface } from "../../../map-view/webgl-surface.ts";

/** Long enough to follow a point with the eye. */
const wholeWayMs = 1600;

export interface MorphScene {
  setMaps(before: Float32Array, after: Float32Array): void;
  setLooks(looks: Looks): void;
  setColours(colours: { readonly ring: Colour; readonly ground: Colour }): void;
  setView(camera: Camera, size: Size, style: PointStyle): void;
  /** 0: before, 1: after. Stops what plays. */
  show(progress: number): void;
  /** To the other end; at once where motion is not wanted. */
  play(): void;
  pause(): void;
  destroy(): void;
}

export interface MorphSceneOptions {
  readonly canvas: HTMLCanvasElement;
  /** While it plays. */
  onProgress(progress: number, isPlaying: boolean): void;
}

export function createMorphScene({ canvas, onProgress }: MorphSceneOptions): MorphScene {
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  let camera: Camera = { x: 0, y: 0, scale: 1 };
  let size: Size = { width: 1, height: 1 };
  let style: PointStyle = { diameter: 4, opacity: 1, ringWidth: 2 };
  let colours: { ring: Colour; ground: Colour } = { ring: [80, 140, 255], ground: [22, 22, 22] };
  let progress = 0;
  let playing: { readonly from: number; readonly to: number; readonly since: number } | null = null;
  let asked = 0;
  let pixelRatio = 1;

  const refresh = (): void => {
    if (asked === 0) asked = requestAnimationFrame(frame);
  };
  const surface = createWebglSurface(canvas, refresh) ?? createPlainSurface(canvas);
  const frame = (now: number): void => {
    asked = 0;
    if (playing !== null) {
      const { from, to, since } = playing;
      const part = Math.min(1, Math.max(0, now - since) / (wholeWayMs * Math.abs(to - from)));
      progress = from + (to - from) * (part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2);
      if (part === 1) playing = null;
      onProgress(progress, playing !== null);
    }
    surface.draw({ camera, size, pixelRatio, progress, ...style, ...colours });
    if (playing !== null) refresh();
  };
  return {
    setMaps(before, after) {
      surface.setPlaces(after, before);
      refresh();
    },
    setLooks(looks) {
      surface.setLooks(looks);
      refresh();
    },
    setColours(next) {
      colours = next;
      refresh();
    },
    setView(nextCamera, nextSize, nextStyle) {
      if (nextSize.width !== size.width || nextSize.height !== size.height || pixelRatio !== devicePixelRatio) {
        pixelRatio = devicePixelRatio;
        canvas.width = Math.max(1, Math.round(nextSize.width * pixelRatio));
        canvas.height = Math.max(1, Math.round(nextSize.height * pixelRatio));
      }
      [camera, size, style] = [nextCamera, nextSize, nextStyle];
      refresh();
    },
    show(next) {
      playing = null;
      progress = next;
      refresh();
    },
    play() {
      const to = progress >= 0.5 ? 0 : 1;
      if (stillness.matches) {
        progress = to;
        onProgress(progress, false);
      } else {
        playing = { from: progress, to, since: performance.now() };
        onProgress(progress, true);
      }
      refresh();
    },
    pause() {
      playing = null;
      onProgress(progress, false);
    },
    destroy() {
      cancelAnimationFrame(asked);
      surface.destroy();
    },
  };
}
