export { encoderAttention } from "./measure/encoder-attention.ts";
export { recordedAttention } from "./record/fixture.ts";
export type { EncoderName, RecordedAttention } from "./record/recorded-attention.ts";
export { reproducedWeights, reproductionError } from "./record/reproduction.ts";
export { type NamedTensors, readSafetensors, writeSafetensors } from "./safetensors/safetensors.ts";
