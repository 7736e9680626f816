import {
  ArgumentError,
  type AttentionOptions,
  type AttentionProjections,
  bindShape,
  crossModalAttention,
  type ProjectedResult,
  ShapeError,
  showShape,
  type Tensor,
} from "@xattn/core";
import { repeat } from "../modalities/stand-in.ts";
import { addScaled } from "../sum/sum.ts";

export interface GatedInputs {
  /** [b, n, dx], what is added to */
  readonly x: Tensor;
  /** [b, m, dc], what is looked at */
  readonly context?: Tensor | undefined;
}

export interface GatedFusion {
  /** The result must be as wide as x. */
  readonly projections: AttentionProjections;
  /** α; 0 at the start of training. */
  readonly gate: number;
  /** "zeros" gives x; `learned` holds tokens [t, dc] that take the place of a context that is not there. */
  readonly missing: "error" | "zeros" | { readonly learned: Tensor };
}

/**
 * x + tanh(α)·CrossAttention(x, context): new evidence enters a trained stream by as much as the gate is open (Alayrac
 * et al. 2022, Flamingo, section 2.2 and figure 4; the feed-forward half of their block is not part of it).
 *
 * With α = 0 the output is x, to the bit, whatever the context holds. No alignment is needed: the attention gives as many
 * rows as x has.
 *
 * @returns output [b, n, dx]; weights [b, h, n, m] when asked for; path "closed" where nothing was attended to
 * @throws ShapeError, ArgumentError when inputs and projections do not fit each other, or the context is missing and
 * must not be
 */
export function gatedFusion(
  { x, context }: GatedInputs,
  { projections, gate, missing }: GatedFusion,
  options: AttentionOptions = {},
): ProjectedResult {
  if (!Number.isFinite(gate)) throw new ArgumentError(`gate: ${gate} is not a finite number`);
  const { b, dx } = bindShape("x", x, ["b", "n", "dx"]);
  const seen = context ?? standInContext(missing, b);
  const open = Math.tanh(gate);
  if (!seen || (open === 0 && !options.weights && !options.logSumExp)) {
    return { output: { ...x, data: x.data.slice() } as Tensor, path: "closed" };
  }
  const attended = crossModalAttention({ queries: x, context: seen }, projections, options);
  if (attended.output.shape[2] !== dx) {
    throw new ShapeError(
      `projections: their result ${showShape(attended.output.shape)} does not fit: needs [b, n, dx] = ${showShape(x.shape)}, as x, to be added`,
    );
  }
  return {
    ...attended,
    output: open === 0 ? ({ ...x, data: x.data.slice() } as Tensor) : addScaled(x, attended.output, open),
  };
}

function standInContext(missing: GatedFusion["missing"], batch: number): Tensor | undefined {
  if (missing === "error") {
    throw new ArgumentError('context: missing; needs a tensor, or missing: "zeros" or { learned }');
  }
  return missing === "zeros" ? undefined : repeat("missing.learned", missing.learned, batch);
}
