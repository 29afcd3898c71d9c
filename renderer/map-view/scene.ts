/**
 * @file The moving picture: holds the camera, asks for a frame only when something changed, glides between cameras (120 ms) and moves
 * points from their old to their new places (600 ms). Knows nothing of images; what lies over the canvas follows `onFrame`.
 */
import { between, type Camera, type Size } from "./camera.ts";
import type { Colour } from "./palette.ts";
import type { Looks, Surface } from "./surface.ts";

const glideMs = 120;
export const morphMs = 600;

export interface PointStyle {
  readonly diameter: number;
  readonly opacity: number;
  readonly ringWidth: number;
}

export interface SceneOptions {
  readonly canvas: HTMLCanvasElement;
  readonly camera: Camera;
  /** How points look from a camera. */
  styleAt(camera: Camera): PointStyle;
  /** After each drawn frame; `settled` when nothing moves any more. */
  onFrame(camera: Camera, settled: boolean): void;
}

export interface Scene {
  readonly camera: Camera;
  /** Where the camera is gliding to; the camera itself when it stands still. */
  readonly target: Camera;
  readonly size: Size;
  readonly surface: Surface["kind"];
  setPlaces(places: Float32Array, origins: Float32Array): void;
  setLooks(looks: Looks): void;
  setColours(colours: { readonly ring: Colour; readonly ground: Colour }): void;
  resize(size: Size, pixelRatio: number): void;
  moveTo(camera: Camera, how: "glide" | "jump"): void;
  refresh(): void;
  destroy(): void;
}

export function createScene(options: SceneOptions, makeSurface: (onRestored: () => void) => Surface): Scene {
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  let camera = options.camera;
  let glide: { from: Camera; to: Camera; since: number } | null = null;
  let morphSince: number | null = null;
  let size: Size = { width: 1, height: 1 };
  let pixelRatio = 1;
  let colours: { ring: Colour; ground: Colour } = { ring: [80, 140, 255], ground: [22, 22, 22] };
  let asked = 0;

  const refresh = (): void => {
    if (asked === 0) asked = requestAnimationFrame(frame);
  };
  const surface = makeSurface(refresh);
  const frame = (now: number): void => {
    asked = 0;
    if (glide !== null) {
      const part = Math.min(1, Math.max(0, now - glide.since) / glideMs);
      camera = between(glide.from, glide.to, 1 - (1 - part) ** 3);
      if (part === 1) glide = null;
    }
    let progress = 1;
    if (morphSince !== null) {
      const part = Math.min(1, Math.max(0, now - morphSince) / morphMs);
      progress = part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
      if (part === 1) morphSince = null;
    }
    surface.draw({ camera, size, pixelRatio, progress, ...options.styleAt(camera), ...colours });
    const moving = glide !== null || morphSince !== null;
    options.onFrame(camera, !moving);
    if (moving) refresh();
  };

  return {
    get camera() {
      return camera;
    },
    get target() {
      return glide?.to ?? camera;
    },
    get size() {
      return size;
    },
    surface: surface.kind,
    setPlaces(places, origins) {
      surface.setPlaces(places, origins);
      morphSince = origins === places || stillness.matches ? null : performance.now();
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
    resize(next, ratio) {
      size = next;
      pixelRatio = ratio;
      options.canvas.width = Math.max(1, Math.round(next.width * ratio));
      options.canvas.height = Math.max(1, Math.round(next.height * ratio));
      refresh();
    },
    moveTo(next, how) {
      if (how === "jump" || stillness.matches) {
        glide = null;
        camera = next;
      } else glide = { from: camera, to: next, since: performance.now() };
      refresh();
    },
    refresh,
    destroy() {
      cancelAnimationFrame(asked);
      surface.destroy();
    },
  };
}
