/**
 * @file What the issue rules need to know of a content: the size as displayed and what decoding measured (ingest/decode/types.ts,
 * `PictureFacts` and `PictureQuality`, fit in as they are).
 */

export interface ContentMetrics {
  /** As displayed. */
  readonly width: number;
  readonly height: number;
  readonly quality: QualityMetrics;
}

export interface QualityMetrics {
  /** Variance of the Laplacian of the grey centre at full resolution; null when not measured. */
  readonly sharpness: number | null;
  /** 0 sharp .. 1 blurred (Crete et al. 2007), on the same centre; null together with `sharpness`. */
  readonly blurEffect: number | null;
  /** Percentiles 1, 5, 50, 95, 99 of grey, 0..255. */
  readonly brightness: readonly [number, number, number, number, number];
  /** Standard deviation of grey, 0..127.5. */
  readonly contrast: number;
  /** 99th percentile of (max - min of R, G, B) / 255, 0..1. */
  readonly peakSaturation: number;
}
