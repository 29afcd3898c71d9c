/**
 * @file Points by WebGL 2: one draw call for all of them, up to a million. Positions and looks lie in buffers that change only when the
 * data does; moving the map changes one matrix. A lost context (a driver that restarts, a laptop that changes cards) is built again.
 */
import { clipMatrix } from "./camera.ts";
import type { Colour } from "./palette.ts";
import { fragmentShader, vertexShader } from "./shaders.ts";
import type { Frame, Looks, Surface } from "./surface.ts";

const uniformNames = ["toClip", "progress", "diameter", "opacity", "ringWidth", "ring", "ground"] as const;

interface Resources {
  readonly program: WebGLProgram;
  readonly uniforms: Record<(typeof uniformNames)[number], WebGLUniformLocation | null>;
  readonly vertexArray: WebGLVertexArrayObject;
  readonly place: WebGLBuffer;
  readonly from: WebGLBuffer;
  readonly colours: WebGLBuffer;
  readonly marks: WebGLBuffer;
  readonly order: WebGLBuffer;
}

/** Null when the browser has no WebGL 2 (or the driver refuses the shaders). */
export function createWebglSurface(canvas: HTMLCanvasElement, onRestored: () => void): Surface | null {
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false, stencil: false, powerPreference: "low-power" });
  if (gl === null) return null;
  let resources = build(gl);
  if (resources === null && !gl.isContextLost()) return null;
  let places: Float32Array = new Float32Array(0);
  let from: Float32Array = places;
  let looks: Looks = { colours: new Uint8Array(0), marks: new Uint8Array(0), order: new Uint32Array(0) };
  let buffersAreOne = true;

  const uploadPlaces = (): void => {
    if (resources === null) return;
    fill(gl, gl.ARRAY_BUFFER, resources.place, places);
    buffersAreOne = from === places;
    fill(gl, gl.ARRAY_BUFFER, resources.from, buffersAreOne ? new Float32Array(0) : from);
    gl.bindVertexArray(resources.vertexArray);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffersAreOne ? resources.place : resources.from);
    gl.vertexAttribPointer(1, 2, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  };
  const uploadLooks = (): void => {
    if (resources === null) return;
    fill(gl, gl.ARRAY_BUFFER, resources.colours, looks.colours);
    fill(gl, gl.ARRAY_BUFFER, resources.marks, looks.marks);
    gl.bindVertexArray(resources.vertexArray);
    fill(gl, gl.ELEMENT_ARRAY_BUFFER, resources.order, looks.order);
    gl.bindVertexArray(null);
  };
  const lost = (event: Event): void => {
    event.preventDefault();
    resources = null;
  };
  const restored = (): void => {
    resources = build(gl);
    uploadPlaces();
    uploadLooks();
    onRestored();
  };
  canvas.addEventListener("webglcontextlost", lost);
  canvas.addEventListener("webglcontextrestored", restored);

  return {
    kind: "webgl",
    setPlaces(next, previous) {
      places = next;
      from = previous;
      uploadPlaces();
    },
    setLooks(next) {
      looks = next;
      uploadLooks();
    },
    draw(frame) {
      if (resources === null || gl.isContextLost()) return;
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.clearColor(...unit(frame.ground), 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (looks.order.length === 0 || looks.marks.length * 2 !== places.length) return;
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.useProgram(resources.program);
      setUniforms(gl, resources.uniforms, frame);
      gl.bindVertexArray(resources.vertexArray);
      gl.drawElements(gl.POINTS, looks.order.length, gl.UNSIGNED_INT, 0);
      gl.bindVertexArray(null);
    },
    destroy() {
      canvas.removeEventListener("webglcontextlost", lost);
      canvas.removeEventListener("webglcontextrestored", restored);
      gl.getExtension("WEBGL_lose_context")?.loseContext();
    },
  };
}

function setUniforms(gl: WebGL2RenderingContext, uniforms: Resources["uniforms"], frame: Frame): void {
  gl.uniformMatrix3fv(uniforms.toClip, false, clipMatrix(frame.camera, frame.size));
  gl.uniform1f(uniforms.progress, frame.progress);
  gl.uniform1f(uniforms.diameter, frame.diameter * frame.pixelRatio);
  gl.uniform1f(uniforms.opacity, frame.opacity);
  gl.uniform1f(uniforms.ringWidth, frame.ringWidth * frame.pixelRatio);
  gl.uniform3f(uniforms.ring, ...unit(frame.ring));
  gl.uniform3f(uniforms.ground, ...unit(frame.ground));
}

function unit([red, green, blue]: Colour): [number, number, number] {
  return [red / 255, green / 255, blue / 255];
}

function fill(gl: WebGL2RenderingContext, target: GLenum, buffer: WebGLBuffer, data: Float32Array | Uint8Array | Uint32Array): void {
  gl.bindBuffer(target, buffer);
  gl.bufferData(target, data, gl.STATIC_DRAW);
}

function build(gl: WebGL2RenderingContext): Resources | null {
  const program = link(gl);
  if (program === null) return null;
  const vertexArray = gl.createVertexArray();
  const [place, from, colours, marks, order] = Array.from({ length: 5 }, () => gl.createBuffer());
  gl.bindVertexArray(vertexArray);
  gl.bindBuffer(gl.ARRAY_BUFFER, place);
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.vertexAttribPointer(1, 2, gl.FLOAT, false, 0, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, colours);
  gl.vertexAttribPointer(2, 4, gl.UNSIGNED_BYTE, true, 0, 0);
  gl.bindBuffer(gl.ARRAY_BUFFER, marks);
  gl.vertexAttribIPointer(3, 1, gl.UNSIGNED_BYTE, 0, 0);
  for (let location = 0; location < 4; location++) gl.enableVertexAttribArray(location);
  gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
  gl.bindVertexArray(null);
  const uniforms = Object.fromEntries(uniformNames.map((name) => [name, gl.getUniformLocation(program, name)])) as Resources["uniforms"];
  return { program, uniforms, vertexArray, place, from, colours, marks, order };
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null;
}
