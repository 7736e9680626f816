import type { Tensor } from "../../tensor/tensor.ts";

/** How a state S [k, v] takes in a key k, a value v, a log-decay g and a strength β. */
export type UpdateRule =
  /** S ← S + k⊗v (Katharopoulos et al. 2020, without feature map and normalizer). */
  | "linear"
  /** S ← exp(g)⊙S + k⊗v (Yang et al. 2024, gated linear attention). */
  | "gated"
  /** S ← S + β·k⊗(v − Sᵀk) (Schlag et al. 2021, the delta rule). */
  | "delta"
  /** S ← exp(g)⊙S, then the delta rule (Yang et al. 2025, gated delta networks). */
  | "gated_delta";

/**
 * One call of the recurrent forms of linear attention, with the inputs of the ONNX operator LinearAttention (opset
 * 27). Heads are packed into the last axis, head by head. t steps, h query heads, g key-value heads, of which query
 * head i reads the state of ⌊i / (h/g)⌋; d width of queries and keys, e width of values.
 */
export interface RecurrentProblem {
  /** [b, t, h·d] */
  readonly query: Tensor;
  /** [b, t, g·d]; of norm 1 for the delta rules to stay stable, which is not checked. */
  readonly key: Tensor;
  /** [b, t, g·e] */
  readonly value: Tensor;
  readonly heads: number;
  readonly keyHeads: number;
  readonly updateRule: UpdateRule;
  /** State of earlier calls, [b, g, d, e]; zeros when absent. */
  readonly pastState?: Tensor;
  /** Log of the factor on the state, one a key-value head [b, t, g] or one a row of its state [b, t, g·d]. */
  readonly decay?: Tensor;
  /** Strength of the write, one a key-value head [b, t, g] or one for all of them [b, t, 1]. */
  readonly beta?: Tensor;
  /** Factor on the output; 1/√d when absent. */
  readonly scale?: number;
}

/** The result: outputs in the element type of the query, the state in that of the past state or else of the query. */
export interface RecurrentResult {
  /** [b, t, h·e] */
  readonly output: Tensor;
  /** [b, g, d, e]: pass it as `pastState` of the next call. */
  readonly presentState: Tensor;
}
