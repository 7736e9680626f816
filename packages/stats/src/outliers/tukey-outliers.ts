import { requireFinite, type Samples } from "../input/samples.ts";
import { quantileOfSorted, sortedCopy } from "../summary/sorted.ts";

/** Positions in the sample set, in sample order. */
export type OutlierIndices = {
  readonly lowSevere: readonly number[];
  readonly lowMild: readonly number[];
  readonly highMild: readonly number[];
  readonly highSevere: readonly number[];
};

export type TukeyOutliers = {
  /** The four fences, in the unit of the samples. */
  readonly fences: Readonly<Record<keyof OutlierIndices, number>>;
  readonly indices: OutlierIndices;
  readonly counts: Readonly<Record<keyof OutlierIndices, number>>;
  /** All four kinds together. */
  readonly total: number;
};

/**
 * Tukey's fences. Samples are flagged, never dropped.
 *
 *      severe   mild    |   Q1 ---- Q3   |    mild   severe
 *     --------|---------|----------------|---------|--------
 *        Q1 − 3 IQR  Q1 − 1.5 IQR   Q3 + 1.5 IQR  Q3 + 3 IQR
 *
 * A sample strictly beyond 1.5 IQR is mild, strictly beyond 3 IQR severe (and not mild as well). Quartiles are type 7.
 * Of Gaussian samples 0.7 % are mild or severe, and 2 in a million severe.
 * Source: Tukey, "Exploratory Data Analysis", 1977, section 2D.
 *
 * @throws StatisticsError on empty or non-finite samples
 */
export function tukeyOutliers(samples: Samples): TukeyOutliers {
  requireFinite("samples", samples);
  const sorted = sortedCopy(samples);
  const lowerQuartile = quantileOfSorted(sorted, 0.25);
  const upperQuartile = quantileOfSorted(sorted, 0.75);
  const range = upperQuartile - lowerQuartile;
  const fences = {
    lowSevere: lowerQuartile - 3 * range,
    lowMild: lowerQuartile - 1.5 * range,
    highMild: upperQuartile + 1.5 * range,
    highSevere: upperQuartile + 3 * range,
  };
  const indices = {
    lowSevere: [] as number[],
    lowMild: [] as number[],
    highMild: [] as number[],
    highSevere: [] as number[],
  };
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (value < fences.lowSevere) indices.lowSevere.push(i);
    else if (value < fences.lowMild) indices.lowMild.push(i);
    else if (value > fences.highSevere) indices.highSevere.push(i);
    else if (value > fences.highMild) indices.highMild.push(i);
  }
  const counts = {
    lowSevere: indices.lowSevere.length,
    lowMild: indices.lowMild.length,
    highMild: indices.highMild.length,
    highSevere: indices.highSevere.length,
  };
  return {
    fences,
    indices,
    counts,
    total: counts.lowSevere + counts.lowMild + counts.highMild + counts.highSevere,
  };
}
