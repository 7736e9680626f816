export { accuracy } from "./accuracy/accuracy.ts";
export { relativeError } from "./accuracy/relative-error.ts";
export { actionSelection } from "./actions/action-selection.ts";
export { approximation } from "./approximation/approximation.ts";
export { causalLeak } from "./causal-leak/causal-leak.ts";
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
export { pathTimings } from "./crossover/path-timings.ts";
export { fusionStrategies } from "./fusion/fusion-strategies.ts";
export { pointing } from "./grounding/pointing.ts";
export { headDiversity } from "./heads/head-diversity.ts";
export { memory } from "./memory/memory.ts";
export { normalization } from "./normalization/normalization.ts";
export { type TimeOptions, time } from "./time/time.ts";
