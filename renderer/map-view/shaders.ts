/**
 * @file The two shaders of the points. A point is a disc with an edge one pixel soft; a selected one wears a ring, parted from the disc by
 * a line of the ground so that it shows on every colour. Colours leave premultiplied.
 */
import { marks } from "./surface.ts";

export const vertexShader = `#version 300 es
layout(location = 0) in vec2 place;
layout(location = 1) in vec2 from;
layout(location = 2) in vec4 colour;
layout(location = 3) in uint mark;
uniform mat3 toClip;
uniform float progress;
uniform float diameter;
uniform float opacity;
uniform float ringWidth;
out vec4 tint;
flat out float radius;
flat out float extent;
flat out float ringed;

void main() {
  vec3 clip = toClip * vec3(mix(from, place, progress), 1.0);
  gl_Position = vec4(clip.xy, 0.0, 1.0);
  bool selected = (mark & ${marks.selected}u) != 0u;
  bool faded = (mark & ${marks.faded}u) != 0u;
  ringed = selected ? 1.0 : 0.0;
  radius = 0.5 * diameter * (faded && !selected ? 0.8 : 1.0);
  extent = 2.0 * (radius + (selected ? ringWidth : 0.0)) + 2.0;
  gl_PointSize = extent;
  tint = vec4(colour.rgb, colour.a * (selected ? 1.0 : opacity));
}
`;

export const fragmentShader = `#version 300 es
precision highp float;
in vec4 tint;
flat in float radius;
flat in float extent;
flat in float ringed;
uniform vec3 ring;
uniform vec3 ground;
uniform float ringWidth;
out vec4 result;

float disc(float distance, float reach) {
  return clamp(reach + 0.5 - distance, 0.0, 1.0);
}

void main() {
  float distance = length(gl_PointCoord - 0.5) * extent;
  vec4 shown = vec4(tint.rgb, 1.0) * tint.a * disc(distance, radius);
  if (ringed > 0.5) {
    vec4 outer = vec4(ring, 1.0) * disc(distance, radius + ringWidth);
    vec4 parted = vec4(ground, 1.0) * disc(distance, radius + ringWidth * 0.33);
    vec4 below = parted + outer * (1.0 - parted.a);
    shown = shown + below * (1.0 - shown.a);
  }
  if (shown.a <= 0.0) discard;
  result = shown;
}
`;
