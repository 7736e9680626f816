import type { Tensor } from "@xattn/core";

/** The two sequences to fuse; how each fusion treats one that is not there is told by its `missing`. */
export interface Modalities {
  /** V [b, n, dv] */
  readonly vision?: Tensor | undefined;
  /** L [b, m, dl] */
  readonly language?: Tensor | undefined;
}

export type Modality = keyof Modalities;

/**
 * What to do when a modality is not there. "error" throws. "zeros" puts zeros in its place, after alignment; what that
 * comes to is told by each fusion. `learned` holds tokens [t, d], one sequence for all batch entries, that take its
 * place before alignment, as a model trained with dropped modalities has them.
 */
export type Missing = "error" | "zeros" | { readonly learned: Readonly<Partial<Record<Modality, Tensor>>> };
