/** The inputs of attention that a perturbation may change. */
export type InputName = "query" | "key" | "value";

/** The ball that an additive perturbation stays in; see `radiusOf` for its size. */
export type Norm = "l2" | "linf";

/**
 * What is done to the inputs, without how much of it: that is the budget, a number of at least 0.
 *
 * | kind | the budget is |
 * | --- | --- |
 * | `gaussian` | the standard deviation of the noise, relative to the root mean square of the inputs |
 * | `uniform-l2`, `worst-case` in `l2` | the largest ‖δ‖₂, relative to ‖x‖₂ |
 * | `uniform-linf`, `worst-case` in `linf` | the largest \|δ\|, relative to the root mean square of the inputs |
 * | `token-dropout` | the share of tokens that become 0 |
 * | `token-swap` | the share of tokens that change places |
 * | `feature-dropout` | the share of features that become 0 in every token |
 * | `quantization` | the share of tokens that are rounded |
 * | `spatial-shift` | the distance, as a share of a row of the grid |
 * | `distractors` | the number of keys that are added, as a share of those that are there |
 * | `missing` | the share of the signal that is lost: x becomes (1 − budget)·x |
 */
export type PerturbationKind =
  | { readonly kind: "gaussian" }
  | { readonly kind: "uniform-l2" }
  | { readonly kind: "uniform-linf" }
  | { readonly kind: "token-dropout" }
  | { readonly kind: "token-swap" }
  | { readonly kind: "feature-dropout" }
  | { readonly kind: "quantization"; readonly to: QuantizedType }
  /** `width` tokens make a row of the grid; all of them when absent. */
  | { readonly kind: "spatial-shift"; readonly width?: number }
  | { readonly kind: "distractors" }
  | { readonly kind: "missing" }
  | ({ readonly kind: "worst-case"; readonly norm: Norm } & AscentOptions);

export type QuantizedType = "float16" | "int8";

/** Work that projected gradient ascent may do. */
export interface AscentOptions {
  /** Starting points; 4 when absent. */
  readonly restarts?: number;
  /** Steps from each of them; 20 when absent. */
  readonly steps?: number;
}

/** A perturbation of one modality: "query" alone for the side that asks, "key" and "value" for the one that answers. */
export type Perturbation = PerturbationKind & { readonly inputs: readonly InputName[] };
