/** @file The tokens the canvas needs, as the browser resolves them, read again when the colours of the app change. */
import type { Colour } from "./palette.ts";

export interface Ground {
  readonly name: "dark" | "light";
  readonly colour: Colour;
  readonly accent: Colour;
}

export class GroundWatch {
  current = $state.raw<Ground>(read());

  /** For `$effect`: watches until the function returned is called. */
  watch(): () => void {
    const observer = new MutationObserver(() => (this.current = read()));
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => observer.disconnect();
  }
}

function read(): Ground {
  const style = getComputedStyle(document.documentElement);
  const name = document.documentElement.dataset["theme"] === "light" ? "light" : "dark";
  return { name, colour: resolve(style.getPropertyValue("--window")), accent: resolve(style.getPropertyValue("--accent")) };
}

/** Any CSS colour as bytes: drawn once and read back. */
function resolve(css: string): Colour {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return [128, 128, 128];
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
