import type { AttentionOptions } from "../../attention/attention.ts";
import type { VisionLanguage } from "../cross-modal/cross-modal.ts";
import { type AttentionProjections, projectedAttention } from "../multi-head/projected.ts";
import type { ArgumentNames } from "../multi-head/sizes.ts";
import type { Projection } from "../projection/projection.ts";
import type { CoAttentionResult } from "./co-attention.ts";

/** The matrices of one modality: its queries look at the other's keys and values. */
export interface StreamProjections {
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  /** Of the modality's own result. */
  readonly output?: Projection;
}

/** Two cross-attentions with their own QKᵀ each (Lu et al. 2019, section 3.1, co-attentional layers). */
export interface VilbertCoAttention {
  readonly form: "vilbert";
  /** W_Q^V [dv, h·d], W_K^V [dv, g·d], W_V^V [dv, g·e] */
  readonly vision: StreamProjections;
  /** W_Q^L [dl, h·d], W_K^L [dl, g·d], W_V^L [dl, g·e] */
  readonly language: StreamProjections;
  readonly heads?: number;
  readonly keyHeads?: number;
  /** For vision attending language, whose logits are [b, h, n, m]. */
  readonly visionOptions?: AttentionOptions;
  /** For language attending vision, whose logits are [b, h, m, n]. */
  readonly languageOptions?: AttentionOptions;
}

export function vilbertCoAttention(inputs: VisionLanguage, form: VilbertCoAttention): CoAttentionResult {
  const { visionOptions = {}, languageOptions = {} } = form;
  const attend = (looking: Modality, options: AttentionOptions) => {
    const seen = looking === "vision" ? "language" : "vision";
    const pair = { queries: inputs[looking], context: inputs[seen] };
    return projectedAttention(pair, crossed(form, looking, seen), options, namesOf(looking, seen));
  };
  return { vision: attend("vision", visionOptions), language: attend("language", languageOptions) };
}

type Modality = "vision" | "language";

/** The queries and W^O of the modality that looks, with the keys and values of the other. */
function crossed(form: VilbertCoAttention, looking: Modality, seen: Modality): AttentionProjections {
  const { heads, keyHeads } = form;
  const { query, output } = form[looking];
  const { key, value } = form[seen];
  return {
    query,
    key,
    value,
    ...(output && { output }),
    ...(heads !== undefined && { heads }),
    ...(keyHeads !== undefined && { keyHeads }),
  };
}

function namesOf(looking: Modality, seen: Modality): ArgumentNames {
  return {
    queries: looking,
    context: seen,
    query: `form.${looking}.query`,
    key: `form.${seen}.key`,
    value: `form.${seen}.value`,
    output: `form.${looking}.output`,
  };
}
