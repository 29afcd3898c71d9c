/**
 * @file What the stages of a job share: the open store, the clock, the chosen encoder, the pool of decoding children, and where progress
 * goes. A thin file per stage reads rows, calls the algorithm and writes rows.
 */
import type { Clock } from "../base/clock.ts";
import type { ChildPool } from "../children/child-pool.ts";
import type { RegisteredEncoder } from "../encoders/registry.ts";
import type { JobContext } from "../jobs/job-runner.ts";
import type { WriteStore } from "../store/database.ts";
import type { EncoderRow } from "../store/queries/embeddings.ts";

export interface Pipeline {
  readonly store: WriteStore;
  readonly clock: Clock;
  readonly children: ChildPool;
  readonly encoder: RegisteredEncoder;
  readonly encoderRow: EncoderRow;
  readonly thumbnailFolder: string;
  /** Our own, left out where an image folder holds it. */
  readonly dataFolder: string;
  readonly job: JobContext;
  /** Stored rows changed; clients read again. */
  readonly changed: (...what: ("images" | "map" | "duplicates" | "outliers" | "issues" | "collection")[]) => void;
}
