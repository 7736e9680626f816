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
export { efficiency } from "./efficiency/efficiency.ts";
export { fusionStrategies } from "./fusion/fusion-strategies.ts";
export { pointing } from "./grounding/pointing.ts";
export { headDiversity } from "./heads/head-diversity.ts";
export { memory } from "./memory/memory.ts";
export { normalization } from "./normalization/normalization.ts";
export { dispersion } from "./published/dispersion/dispersion.ts";
export { entropyBound } from "./published/entropy/entropy-bound.ts";
export { jacobianNorm } from "./published/lipschitz/jacobian-norm.ts";
export { workingMemory } from "./published/memory/working-memory.ts";
export { kernelError } from "./published/performer/kernel-error.ts";
export { storageError } from "./published/precision/storage-error.ts";
export { sinkMass } from "./published/sinks/sink-mass.ts";
export { adversarialRobustness } from "./robustness/adversarial/adversarial.ts";
export { certifiedLipschitz } from "./robustness/bounds/lipschitz.ts";
export { certifiedOutputChange } from "./robustness/bounds/output-change.ts";
export {
  type BoundedSelfAttention,
  type L2Head,
  l2SelfAttentionLipschitz,
  selfAttentionLipschitz,
} from "./robustness/bounds/self-attention.ts";
export { weightsLipschitz } from "./robustness/bounds/weights.ts";
export { fusionRobustness } from "./robustness/fusion/fusion-robustness.ts";
export { perturb } from "./robustness/perturb/perturb.ts";
export type {
  AscentOptions,
  InputName,
  Norm,
  Perturbation,
  PerturbationKind,
  QuantizedType,
} from "./robustness/perturb/perturbation.ts";
export { type WorstCase, worstCase } from "./robustness/perturb/worst-case.ts";
export { type Response, responseOf, type Seen, see } from "./robustness/response/response.ts";
export { robustness } from "./robustness/robustness.ts";
export { attentionSensitivity } from "./robustness/sensitivity/attention-sensitivity.ts";
export type { Explanation } from "./robustness/sensitivity/explanation.ts";
export { jacobianOf, jacobianSpectralNorm, selfAttentionJacobian } from "./robustness/sensitivity/jacobian.ts";
export {
  type LocalLipschitzOptions,
  localLipschitzEstimate,
} from "./robustness/sensitivity/local-lipschitz-estimate.ts";
export {
  type MaxSensitivityOptions,
  maxSensitivity,
  type SensitivityMaxOptions,
  sensitivityMax,
} from "./robustness/sensitivity/sensitivity-max.ts";
export {
  type LinearMap,
  type PowerIterationOptions,
  type SpectralNorm,
  spectralNorm,
} from "./robustness/sensitivity/spectral-norm.ts";
export { type TimeOptions, time } from "./time/time.ts";
