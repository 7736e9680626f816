export { accuracy } from "./accuracy/accuracy.ts";
export { relativeError } from "./accuracy/relative-error.ts";
export { maskNames, variantNames } from "./cell/parameters.ts";
export {
  type Arm,
  type ColumnSpec,
  type DirectMeasure,
  type Measure,
  type MeasureContext,
  type Parameters,
  type TimedMeasure,
  UnsupportedError,
  type Value,
} from "./contract/measure.ts";
export { cost } from "./cost/cost.ts";
export { memory } from "./memory/memory.ts";
export { normalization } from "./normalization/normalization.ts";
export { type TimeOptions, time } from "./time/time.ts";
