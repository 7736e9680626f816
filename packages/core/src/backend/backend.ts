import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import type { Variant } from "../problem/variant.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";

export interface Capabilities {
  readonly variants: readonly Variant["kind"][];
  readonly dtypes: readonly DType[];
  /** Element type in which sums are accumulated. */
  readonly accumulate: "float64" | "float32";
}

/** Where a call puts its result. */
export interface Placement {
  /** A tensor [b, h, n, e] that takes the output, and is the result's `output`. */
  readonly into?: Tensor;
}

/**
 * Something that computes attention problems. Choosing one is explicit; a backend never hands work to another
 * one in silence.
 */
export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /**
   * @throws ShapeError, ArgumentError before any work
   * @throws UnsupportedError when the problem is sound but not one that this backend computes
   */
  attention(
    problem: AttentionProblem,
    outputs?: AttentionOutputs,
    placement?: Placement,
  ): AttentionResult | Promise<AttentionResult>;
  /**
   * A float32 tensor in the backend's own memory, where it has such: problems made of them are computed without copies,
   * and results placed into them too. It lives until `release`; what it holds at first is not defined.
   */
  tensor?(shape: readonly number[]): Tensor<"float32">;
  release?(tensor: Tensor): void;
  /** Most bytes of scratch memory in use at one time since the last call of `resetScratch`; outputs not counted. */
  scratchBytes(): number;
  resetScratch(): void;
  dispose(): void;
}

/** A backend whose answer is there when the call returns. */
export interface SyncBackend extends Backend {
  attention(problem: AttentionProblem, outputs?: AttentionOutputs, placement?: Placement): AttentionResult;
}
