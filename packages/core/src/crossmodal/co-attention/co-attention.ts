import type { VisionLanguage } from "../cross-modal/cross-modal.ts";
import type { ProjectedResult } from "../multi-head/projected.ts";
import { type SharedCoAttention, sharedCoAttention } from "./shared.ts";
import { type VilbertCoAttention, vilbertCoAttention } from "./vilbert.ts";

export type CoAttention = VilbertCoAttention | SharedCoAttention;

export interface CoAttentionResult {
  /** Vision having looked at language: output [b, n, out], weights [b, h, n, m]. */
  readonly vision: ProjectedResult;
  /** Language having looked at vision: output [b, m, out], weights [b, h, m, n]. */
  readonly language: ProjectedResult;
}

/**
 * Both modalities attend to each other at once, in one of two forms. "vilbert" is A_VL and A_LV, each with a QKᵀ of its
 * own (Lu et al. 2019, section 3.1). "shared" forms one QKᵀ, of vision's queries with language's keys, and takes the
 * softmax along either axis (Liu et al. 2023, Grounding DINO, after Li et al. 2022, GLIP): half the logits. It is
 * computed in float64 and rounded to the element types of the inputs; clamping of logits, which published code adds
 * for half precision, is not part of it.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl]
 * @throws ShapeError, ArgumentError when inputs and projections do not fit each other
 */
export function coAttention(inputs: VisionLanguage, form: CoAttention): CoAttentionResult {
  return form.form === "vilbert" ? vilbertCoAttention(inputs, form) : sharedCoAttention(inputs, form);
}
