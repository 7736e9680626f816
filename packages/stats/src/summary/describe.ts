import { mean, sampleStandardDeviation } from "simple-statistics";
import { requireFinite, type Samples } from "../input/samples.ts";
import { quantileOfSorted, sortedCopy } from "./sorted.ts";

/** Location and spread of a sample set, all in the unit of the samples except `count`. */
export type Description = {
  readonly count: number;
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly maximum: number;
  readonly interquartileRange: number;
  readonly mean: number;
  /** With the divisor n − 1; 0 for a single sample. */
  readonly standardDeviation: number;
};

/**
 * Five-number summary (Tukey, "Exploratory Data Analysis", 1977) with type-7 quartiles, mean and standard deviation.
 *
 * @throws StatisticsError on empty or non-finite samples
 */
export function describe(samples: Samples): Description {
  requireFinite("samples", samples);
  const sorted = sortedCopy(samples);
  const values = Array.from(sorted);
  const lowerQuartile = quantileOfSorted(sorted, 0.25);
  const upperQuartile = quantileOfSorted(sorted, 0.75);
  return {
    count: values.length,
    minimum: values[0]!,
    lowerQuartile,
    median: quantileOfSorted(sorted, 0.5),
    upperQuartile,
    maximum: values[values.length - 1]!,
    interquartileRange: upperQuartile - lowerQuartile,
    mean: mean(values),
    standardDeviation: values.length > 1 ? sampleStandardDeviation(values) : 0,
  };
}
