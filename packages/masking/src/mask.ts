/** How the diagonal of a causal or windowed mask lies when n queries meet m keys. */
export type Alignment =
  /** Query i stands at key i. */
  | "top-left"
  /** The last query stands at the last key: query i at key i + m − n. */
  | "bottom-right"
  /** Query i stands at key i + offset. */
  | { readonly offset: number | readonly number[] };

/**
 * Who may look at whom: an expression tree of plain data (JSON), true where query i of batch b and head h may
 * attend to key j.
 */
export type Mask =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "causal"; readonly alignment: Alignment }
  | { readonly kind: "window"; readonly left: number; readonly right: number; readonly alignment: Alignment }
  | { readonly kind: "prefix"; readonly length: number | readonly number[] }
  | { readonly kind: "document"; readonly queries: readonly number[]; readonly keys: readonly number[] }
  | {
      readonly kind: "block";
      readonly queryBlock: number;
      readonly keyBlock: number;
      readonly pattern: readonly (readonly boolean[])[];
    }
  | { readonly kind: "strided"; readonly stride: number; readonly alignment: Alignment }
  | { readonly kind: "global"; readonly queries: readonly number[]; readonly keys: readonly number[] }
  | { readonly kind: "padding"; readonly keys?: readonly number[]; readonly queries?: readonly number[] }
  | { readonly kind: "dense"; readonly shape: readonly number[]; readonly allowed: readonly boolean[] }
  | { readonly kind: "and"; readonly masks: readonly Mask[] }
  | { readonly kind: "or"; readonly masks: readonly Mask[] }
  | { readonly kind: "not"; readonly mask: Mask };

/** A change of the scaled logit before bias and mask, as plain data. */
export type ScoreModifier =
  /** −slope(h)·|position(i) − j| (Press et al. 2022); slopes are one per query head. */
  | { readonly kind: "alibi"; readonly slopes: readonly number[]; readonly alignment: Alignment }
  /** cap·tanh(x / cap). */
  | { readonly kind: "softcap"; readonly cap: number }
  /** x + table[h][clamp(j − position(i) + reach, 0, 2·reach)]: a learned relative position bias. */
  | { readonly kind: "relativeBias"; readonly table: readonly (readonly number[])[]; readonly alignment: Alignment };
