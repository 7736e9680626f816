import { rankCorrelation } from "../../robustness/response/ranks.ts";
import { gradientTimesInput, perItem } from "../attribution/gradient-times-input.ts";
import { type IntegratedGradientsOptions, integratedGradients } from "../attribution/integrated-gradients.ts";
import { leaveOneOut } from "../attribution/leave-one-out.ts";
import { meanWeights } from "../explained/attention-map.ts";
import { erasingInputs } from "../explained/erasure.ts";
import type { Explained, ExplainedAttention } from "../explained/explained.ts";
import { decisionOf } from "../explained/scores.ts";

/** Kendall's τ_b of the attention weights with other attributions of the items. */
export interface AttributionAgreement {
  readonly gradientTimesInput: number;
  readonly integratedGradients: number;
  readonly leaveOneOut: number;
}

export interface AttributionAgreementOptions extends IntegratedGradientsOptions {
  /** The score that is attributed; the decision when absent. */
  readonly target?: number;
  /**
   * Rank attributions by their size whatever their sign, as Jain and Wallace do, since weights have none; true when
   * absent.
   */
  readonly absolute?: boolean;
}

/**
 * Whether attention ranks the items as attributions of the prediction do (Jain and Wallace 2019, section 4.1: their
 * algorithm 1, with τ_b for the ties), for weights that are averaged over heads and queries. Items are left out and
 * paths begin at the same baseline. From −1 to 1; where either ranks nothing, 1 if neither does and they are equal and
 * else 0.
 */
export function attributionAgreement(
  explained: Explained & ExplainedAttention,
  {
    target = decisionOf(explained.predict(explained.inputs)),
    absolute = true,
    ...path
  }: AttributionAgreementOptions = {},
): AttributionAgreement {
  const weights = meanWeights(explained.attention);
  const correlated = (attribution: Float64Array) =>
    rankCorrelation(weights, absolute ? attribution.map(Math.abs) : attribution);
  const erased = erasingInputs(explained, path.baseline);
  return {
    gradientTimesInput: correlated(perItem(explained, gradientTimesInput(explained, target))),
    integratedGradients: correlated(perItem(explained, integratedGradients(explained, target, path).attributions)),
    leaveOneOut: correlated(leaveOneOut(erased, explained.items, target)),
  };
}
