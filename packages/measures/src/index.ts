export { accuracy } from "./accuracy/accuracy.ts";
export { type AgreementOptions, agreement } from "./accuracy/agreement.ts";
export { relativeError } from "./accuracy/relative-error.ts";
export { actionSelection } from "./actions/action-selection.ts";
export { approximation } from "./approximation/approximation.ts";
export { causalLeak } from "./causal-leak/causal-leak.ts";
export { openBackend } from "./cell/backends.ts";
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
export { type PointingOptions, trainedPointing } from "./grounded/pointing.ts";
export { pointing } from "./grounding/pointing.ts";
export { headDiversity } from "./heads/head-diversity.ts";
export {
  type AdversarialAttention,
  type AdversaryOptions,
  adversarialAttention,
} from "./interpretability/adversary/adversarial-attention.ts";
export {
  type AttributionAgreement,
  type AttributionAgreementOptions,
  attributionAgreement,
} from "./interpretability/agreement/attribution-agreement.ts";
export { weightGradient, weightTimesGradient } from "./interpretability/attribution/by-weights.ts";
export { gradientTimesInput, perItem } from "./interpretability/attribution/gradient-times-input.ts";
export {
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
} from "./interpretability/attribution/integrated-gradients.ts";
export { leaveOneOut } from "./interpretability/attribution/leave-one-out.ts";
export { attentionEntropy, effectiveSupport, gini } from "./interpretability/character/concentration.ts";
export { headDivergence, headSpecialization, querySpecialization } from "./interpretability/character/heads.ts";
export {
  type AttentiveClassifierOptions,
  attentiveClassifier,
  type LabelledItems,
} from "./interpretability/diagnostics/attentive-classifier.ts";
export {
  type AdversarialModel,
  adversarialTraining,
  type FrozenWeights,
  frozenWeights,
  type ModelDifference,
  modelDifference,
  seedVariance,
  type UniformWeights,
  uniformWeights,
} from "./interpretability/diagnostics/diagnostics.ts";
export type {
  AttentionFamily,
  Explanations,
  TrainedAttention,
  WeightsSource,
} from "./interpretability/diagnostics/family.ts";
export { type AttentionClassifier, explainClassifier } from "./interpretability/explained/attention-classifier.ts";
export { attentionMap, meanWeights } from "./interpretability/explained/attention-map.ts";
export { erasingInputs, erasingWeights, type SubsetScores } from "./interpretability/explained/erasure.ts";
export type { AttentionMap, Explained, ExplainedAttention } from "./interpretability/explained/explained.ts";
export { decisionOf } from "./interpretability/explained/scores.ts";
export { type Curve, type CurveOptions, deletion, insertion } from "./interpretability/faithfulness/curves.ts";
export { erasedShareAtFlip, flipsAlone } from "./interpretability/faithfulness/flips.ts";
export { type InfidelityOptions, infidelity } from "./interpretability/faithfulness/infidelity.ts";
export { orderOf } from "./interpretability/faithfulness/order.ts";
export {
  comprehensiveness,
  eraserBins,
  type RationaleOptions,
  type RationaleScore,
  sufficiency,
} from "./interpretability/faithfulness/rationale.ts";
export { attentionFlow } from "./interpretability/graph/flow.ts";
export type { LayerOptions } from "./interpretability/graph/layers.ts";
export { type Edge, maximumFlow } from "./interpretability/graph/max-flow.ts";
export { attentionRollout } from "./interpretability/graph/rollout.ts";
export {
  massOnTarget,
  type PointingGameOptions,
  pointingGame,
  shareOf,
  type TargetMask,
} from "./interpretability/plausibility/localization.ts";
export { attendedRegion, type Region, rankAccuracy, regionOverlap } from "./interpretability/plausibility/region.ts";
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
export { perturbationNames, robustness } from "./robustness/robustness.ts";
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
