export { type LinearCost, linearCost, linearScratchFloats } from "./cost.ts";
export { defaultFeatureMap, featureWidth } from "./features/check.ts";
export { plainLinearAttention } from "./plain/attention.ts";
export type { Allocate } from "./plain/inputs.ts";
export { referenceLinearAttention } from "./reference.ts";
