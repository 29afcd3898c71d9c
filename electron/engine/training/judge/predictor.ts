/**
 * @file Before anything is trained: is it likely to help? From the uniformity of the frozen vectors on this folder (METHODS 3.1: a narrow cone gains, what is spread already loses), for
 * encoders whose thresholds are known.
 *
 * The bundled encoder's, 20-nearest-neighbour accuracy in points over the frozen vector (half-whitened; head trained by DIET and half-whitened), uniformity first:
 *
 *   digits        -.33  +3.0  +4.8     brain slices  -1.12  -1.8  +1.4     people, tools  -1.45  +7.9  +12.9
 *   sprites       -.53 +11.7 +14.1     signs         -1.38  +2.2  +1.5     clip art       -1.52  +2.8   +3.8
 *   clothes       -.85  +2.4  +2.9     attacks       -1.42  +3.7  +5.0     constellations -1.56  +4.3   +4.4
 *   terrain      -1.03  +8.0  +9.3     animals       -1.43  +2.9  +1.0     cut-outs       -1.82  +4.2   +5.2
 *   icons        -1.05  +5.0  +6.7
 *
 * Within this range uniformity does not rank the gains (Spearman .06 and .15): whatever lies in it gains, 12 of 13 by whitening, leave one folder out or not. So the rule is the range itself;
 * beyond its end nothing was seen and it says "unclear", and near -4, where pictures are at right angles already, "not likely". The one loss is a sequence, told by its
 * mutual neighbours (.82; the others .47 to .57).
 */

export type Advice = "likely to help" | "unclear" | "not likely" | "unknown";

export interface PredictorInput {
  /** The bundled encoder's id, or another's. */
  readonly encoder: string;
  /** Of the frozen vectors of this folder, t = 2. */
  readonly uniformity: number;
  /** Share of mutual links among the frozen 10 nearest (structure.ts). */
  readonly mutual: number;
}

export interface Prediction {
  readonly uniformity: number;
  readonly advice: Advice;
  readonly reason: string;
}

interface Thresholds {
  /** Above: likely to help. */
  readonly cone: number;
  /** Below: not likely. */
  readonly spread: number;
  /** Above: a sequence. */
  readonly sequence: number;
}

const thresholds: Readonly<Record<string, Thresholds>> = {
  "efficientnet-lite0-160": { cone: -1.9, spread: -3, sequence: 0.7 },
};

export function predict({ encoder, uniformity, mutual }: PredictorInput): Prediction {
  const known = thresholds[encoder];
  const seen = uniformity.toFixed(2);
  if (!known)
    return {
      uniformity,
      advice: "unknown",
      reason: `Nothing was measured for the encoder ${encoder}: train briefly and look at the verdict.`,
    };
  if (mutual > known.sequence)
    return {
      uniformity,
      advice: "unclear",
      reason: "The images follow one another like frames of a film; on the one such folder measured there was no gain.",
    };
  if (uniformity > known.cone)
    return {
      uniformity,
      advice: "likely to help",
      reason: `The encoder sees these images as much alike (uniformity ${seen}); nearly all such folders gained.`,
    };
  if (uniformity < known.spread)
    return { uniformity, advice: "not likely", reason: `The encoder tells these images well apart already (uniformity ${seen}).` };
  return { uniformity, advice: "unclear", reason: `No folder measured was like this one (uniformity ${seen}).` };
}
