export { type AttentionOptions, attention } from "./attention/attention.ts";
export type { Backend, Capabilities, Placement, SyncBackend } from "./backend/backend.ts";
export { type BackendName, backendNames, createBackend } from "./backend/create.ts";
export { checkPlacement, place } from "./backend/place.ts";
export { attentionCost } from "./cost/attention-cost.ts";
export type { Cost } from "./cost/cost.ts";
export {
  type CausalMultiplicativeOptions,
  type CausalMultiplicativeResult,
  causalMultiplicative,
} from "./crossmodal/causal-multiplicative/causal-multiplicative.ts";
export { type CoAttention, type CoAttentionResult, coAttention } from "./crossmodal/co-attention/co-attention.ts";
export type { SharedCoAttention, SharedLogitOptions } from "./crossmodal/co-attention/shared.ts";
export { softmaxOverKeys, softmaxOverQueries } from "./crossmodal/co-attention/softmax-axes.ts";
export type { StreamProjections, VilbertCoAttention } from "./crossmodal/co-attention/vilbert.ts";
export {
  type CoAttentionCost,
  type CoAttentionSizes,
  coAttentionCost,
  type MultiHeadCost,
  multiHeadCost,
  projectionMultiplyAdds,
} from "./crossmodal/cost/cost.ts";
export {
  crossModalAttention,
  languageAttendsVision,
  type VisionLanguage,
  visionAttendsLanguage,
} from "./crossmodal/cross-modal/cross-modal.ts";
export { type Calibration, calibrateThreshold, type PathTiming } from "./crossmodal/efficient/calibrate.ts";
export type { AcceptedError } from "./crossmodal/efficient/difference.ts";
export { type EfficientOptions, type EfficientResult, efficientAttention } from "./crossmodal/efficient/efficient.ts";
export { joinHeads, splitHeads } from "./crossmodal/heads/heads.ts";
export { type MultiHeadProjections, multiHeadAttention } from "./crossmodal/multi-head/multi-head.ts";
export type { AttentionProjections, CrossAttentionInputs, ProjectedResult } from "./crossmodal/multi-head/projected.ts";
export type { ProjectedSizes } from "./crossmodal/multi-head/sizes.ts";
export { type Projection, project, projectionWidths, randomProjection } from "./crossmodal/projection/projection.ts";
export { bindShape, showShape } from "./crossmodal/shape/bind-shape.ts";
export { ArgumentError, ShapeError, UnsupportedError } from "./errors/errors.ts";
export { needSameShape, needTangentOf } from "./gradients/check.ts";
export type { AttentionInputTangents, QueryKeyValueTangents } from "./gradients/directions.ts";
export { type AttentionTangents, attentionJvp } from "./gradients/jvp.ts";
export { type LinformerInputTangents, linformerJvp } from "./gradients/linformer/jvp.ts";
export { type LinformerGradients, linformerVjp } from "./gradients/linformer/vjp.ts";
export { nystromJvp } from "./gradients/nystrom/jvp.ts";
export { nystromVjp } from "./gradients/nystrom/vjp.ts";
export { type RecurrentInputTangents, type RecurrentTangents, recurrentJvp } from "./gradients/recurrent/jvp.ts";
export { type RecurrentGradients, type RecurrentVjpOptions, recurrentVjp } from "./gradients/recurrent/vjp.ts";
export type { QueryKeyValueGradients } from "./gradients/tensors.ts";
export { type AttentionGradients, type AttentionVjpOptions, attentionVjp } from "./gradients/vjp.ts";
export { checkLinearProblem, type LinearProblem } from "./linear/check.ts";
export { projection as favorProjection } from "./linear/features/favor/projection.ts";
export {
  defaultFeatureMap,
  featureWidth,
  type LinformerProjection,
  linearCost,
  linformerCost,
  linformerProjection,
  type NystromOptions,
  nystromCost,
  plainLinearAttention,
  plainLinformerAttention,
  plainNystromAttention,
  plainRecurrentAttention,
  type RecurrentProblem,
  type RecurrentResult,
  recurrentCost,
  referenceLinearAttention,
  referenceLinformerAttention,
  referenceNystromAttention,
  referenceRecurrentAttention,
  type UpdateRule,
} from "./linear/index.ts";
export type { Reach } from "./linear/mask/reach.ts";
export { inputScales } from "./linear/scale.ts";
export { type AttentionPart, mergeByLogSumExp } from "./merge/merge.ts";
export { defaultChunk } from "./problem/defaults.ts";
export { describeVariant } from "./problem/describe.ts";
export type { AttentionOutputs, AttentionProblem, AttentionResult } from "./problem/problem.ts";
export { keyHeadOf, type ProblemSizes } from "./problem/sizes.ts";
export { withUnitValues } from "./problem/unit-values.ts";
export { validateProblem } from "./problem/validate.ts";
export type { FeatureMap, Variant } from "./problem/variant.ts";
export { type Random, seededRandom } from "./random/random.ts";
export { type LogitStage, referenceLogits } from "./reference/logits.ts";
export { convert, toFloat64 } from "./tensor/convert.ts";
export { elementCount, fromNumbers, tensor, zeros } from "./tensor/create.ts";
export { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "./tensor/half.ts";
export { randomNormal } from "./tensor/random-normal.ts";
export type { DType, StorageOf, Tensor } from "./tensor/tensor.ts";
export { type Workload, type WorkloadName, workloadNames, workloads } from "./workloads/workloads.ts";
