export { type Activation, activationOf } from "./activation/activation.ts";
export { align, type SequenceAlignment } from "./alignment/alignment.ts";
export { type AlignmentCost, alignmentCost } from "./alignment/cost.ts";
export type { FusionCost, FusionSizes } from "./cost/sizes.ts";
export { earlyFusionCost } from "./early/cost.ts";
export { type EarlyFusion, earlyFusion } from "./early/early.ts";
export { type GatedSizes, gatedFusionCost } from "./gated/cost.ts";
export { type GatedFusion, type GatedInputs, gatedFusion } from "./gated/gated.ts";
export { intermediateFusionCost } from "./intermediate/cost.ts";
export {
  type IntermediateFusion,
  type IntermediateFusionResult,
  intermediateFusion,
} from "./intermediate/intermediate.ts";
export { lateFusionCost } from "./late/cost.ts";
export { type LateFusion, lateFusion } from "./late/late.ts";
export type { Missing, Modalities, Modality } from "./modalities/modalities.ts";
