/**
 * @file A feature map of a picture: what an encoder saw, place by place.
 */
export interface CellMap {
  readonly channels: number;
  /** Cells along each side. */
  readonly side: number;
  /** [channels, side, side] */
  readonly values: Float32Array;
}
