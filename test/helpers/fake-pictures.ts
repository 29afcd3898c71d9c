/** @file Synthetic pictures for the fake engine: landscapes, portraits of nobody, charts... drawn as SVG from an image's number alone. */
import type { FakeImage } from "./fake-images.ts";

export function drawPicture(image: FakeImage, kind: "thumbnail" | "image"): string {
  const scale = kind === "thumbnail" ? Math.min(1, 256 / Math.max(image.width, image.height)) : 1;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const body = image.paint === "white" ? rect("#ffffff") : image.paint === "black" ? rect("#000000") : scene(image);
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 100 100" preserveAspectRatio="none">${body}</svg>`)}`;
}

function rect(fill: string): string {
  return `<rect width="100" height="100" fill="${fill}"/>`;
}

/** Of one kind per cluster, varied by the seed. */
function scene({ cluster, seed, grey }: FakeImage): string {
  const hue = grey ? 0 : (cluster * 47 + (seed % 24)) % 360;
  const full = grey ? 0 : 1;
  const tone = (turn: number, saturation: number, light: number): string =>
    `hsl(${(hue + turn + 360) % 360} ${saturation * full}% ${light}%)`;
  const a = 10 + (seed % 70);
  const b = 20 + ((seed >> 4) % 60);
  const c = 8 + ((seed >> 8) % 14);
  const sky = `<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="${tone(0, 45, 62)}"/><stop offset="1" stop-color="${tone(24, 50, 84)}"/></linearGradient></defs><rect width="100" height="100" fill="url(#g)"/>`;
  const forms = [
    `${sky}<circle cx="${a}" cy="${b / 2}" r="${c / 2}" fill="${tone(40, 80, 88)}"/><path d="M0 ${b + 20}Q25 ${b - 6} 50 ${b + 16}T100 ${b + 8}V100H0z" fill="${tone(70, 28, 38)}"/><path d="M0 ${b + 34}Q30 ${b + 18} 60 ${b + 32}T100 ${b + 26}V100H0z" fill="${tone(80, 32, 24)}"/>`,
    `${rect(tone(180, 18, 24))}<ellipse cx="50" cy="108" rx="42" ry="38" fill="${tone(120, 30, 40)}"/><ellipse cx="${44 + (a % 12)}" cy="48" rx="19" ry="26" fill="${tone(20, 38, 66)}"/><path d="M28 44Q50 ${6 + c} 72 44Q50 30 28 44z" fill="${tone(200, 30, 18)}"/>`,
    `${rect(tone(10, 12, 90))}<rect x="${a / 3}" y="${b}" width="22" height="80" fill="${tone(0, 30, 46)}"/><rect x="${a / 3 + 24}" y="${b - 16}" width="18" height="100" fill="${tone(20, 26, 36)}"/><rect x="${a / 3 + 44}" y="${b + 8}" width="26" height="90" fill="${tone(-20, 24, 56)}"/>`,
    `${rect(tone(60, 26, 20))}<g fill="${tone(-40, 62, 60)}"><circle cx="${a}" cy="${b}" r="${c}"/><circle cx="${100 - a}" cy="${b + 14}" r="${c + 4}"/><circle cx="${a / 2 + 24}" cy="${86 - c}" r="${c - 2}"/></g><g fill="${tone(10, 70, 74)}"><circle cx="${a}" cy="${b}" r="${c / 2.4}"/><circle cx="${100 - a}" cy="${b + 14}" r="${c / 2}"/></g>`,
    `${rect(tone(0, 20, 10))}<circle cx="50" cy="50" r="44" fill="${tone(0, 6, 30)}"/><ellipse cx="${36 + (a % 8)}" cy="50" rx="13" ry="25" fill="${tone(0, 5, 12)}"/><ellipse cx="${62 + (a % 6)}" cy="50" rx="13" ry="25" fill="${tone(0, 5, 14)}"/><circle cx="50" cy="52" r="${c / 2}" fill="${tone(0, 5, 72)}"/>`,
  ];
  return forms[cluster % forms.length];
}
