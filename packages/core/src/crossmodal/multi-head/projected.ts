import { type AttentionOptions, attention } from "../../attention/attention.ts";
import type { AttentionResult } from "../../problem/problem.ts";
import { convert } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { joinHeads, splitHeads } from "../heads/heads.ts";
import { type Projection, project } from "../projection/projection.ts";
import { type ArgumentNames, projectedSizes } from "./sizes.ts";

/** What attends, and what is attended to; their widths may differ. */
export interface CrossAttentionInputs {
  /** [b, n, dq] */
  readonly queries: Tensor;
  /** [b, m, dc] */
  readonly context: Tensor;
}

/**
 * The learned matrices of one cross-attention. Letters: h heads (1 when absent), g key-value heads (h when absent),
 * d width of a head's queries and keys, e width of its values.
 */
export interface AttentionProjections {
  /** W^Q [dq, h·d] */
  readonly query: Projection;
  /** W^K [dc, g·d] */
  readonly key: Projection;
  /** W^V [dc, g·e] */
  readonly value: Projection;
  /** W^O [h·e, out]; when absent the heads' outputs are joined as they are, [b, n, h·e]. */
  readonly output?: Projection;
  readonly heads?: number;
  /** g, a divisor of h: each key-value head serves h/g query heads (Ainslie et al. 2023). */
  readonly keyHeads?: number;
}

/** As `AttentionResult`, but with the heads joined: output is [b, n, out]; weights stay [b, h, n, m], a head each. */
export type ProjectedResult = AttentionResult;

/** Projects, attends, joins the heads and projects back. The "reference" backend makes every step float64. */
export function projectedAttention(
  inputs: CrossAttentionInputs,
  projections: AttentionProjections,
  options: AttentionOptions,
  names?: ArgumentNames,
): ProjectedResult {
  const { heads, keyHeads } = projectedSizes(inputs, projections, names);
  const widened = (x: Tensor): Tensor => (options.backend === "reference" ? convert(x, "float64") : x);
  const context = widened(inputs.context);
  const result = attention(
    splitHeads(project(widened(inputs.queries), projections.query), heads),
    splitHeads(project(context, projections.key), keyHeads),
    splitHeads(project(context, projections.value), keyHeads),
    options,
  );
  const joined = joinHeads(result.output);
  return { ...result, output: projections.output ? project(joined, projections.output) : joined };
}
