/**
 * @file What the issue rules need to know of a content: the size as displayed and what decoding measured (ingest/decode/types.ts,
 * `PictureFacts` and `PictureQuality`, fit in as they are).
 */

export interface ContentMetrics {
  /** As displayed. */
  readonly width: number;
  readonly height: number;
  readonly quality: QualityMetrics;
  /** Beside the pixels; absent where it is not looked at. */
  readonly file?: FileMetrics;
}

export interface FileMetrics {
  readonly isDicom: boolean;
  /** As stored: 1 or 2 grey, 3 colour, 4 colour + alpha or four inks. */
  readonly channels: number;
  /** Four inks, for printing. */
  readonly inks: boolean;
  readonly profile: { readonly name: string; readonly space: string; readonly damaged: boolean } | null;
  /** The file itself says that text is burned into its pixels. */
  readonly burnedInAnnotation: boolean;
  /** Present files with this content, and how many of their names claim another format. */
  readonly names: number;
  readonly wrongNames: number;
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
  /** Share of the picture that is flat middle grey from its stored end on. */
  readonly lostRows?: number;
  /** Letters in lines of text. */
  readonly letters?: number;
}
