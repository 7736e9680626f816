import type { AttentionOptions, AttentionProjections, Tensor } from "@xattn/core";
import type { Modality } from "../modalities/modalities.ts";
import { standIn } from "../modalities/stand-in.ts";
import { alignSequences } from "./sequences.ts";

/**
 * How sequences of lengths n and m come to one length t, without which their rows cannot be put together.
 *
 * - "tokenwise": token i meets token i; needs n = m.
 * - "pool": each becomes one token, t = 1, its mean or its maximum over tokens. All tokens count: cut padding before.
 * - "resample": each becomes `length` tokens by linear interpolation along the sequence; the ends stay ends, and
 *   length 1 takes the middle.
 * - "crossAttend": one sequence stays as it is, and the other becomes what its tokens gather from it: t = n for "vision".
 */
export type SequenceAlignment =
  | { readonly kind: "tokenwise" }
  | { readonly kind: "pool"; readonly by: "mean" | "max" }
  | { readonly kind: "resample"; readonly length: number }
  | {
      readonly kind: "crossAttend";
      /** The modality that stays and asks. */
      readonly onto: Modality;
      /** query [width of the one that stays, h·d]; key and value [width of the other, …] */
      readonly projections: AttentionProjections;
      readonly options?: AttentionOptions;
    };

/**
 * Both sequences at one length.
 *
 * @param sequences vision [b, n, dv] and language [b, m, dl]
 * @returns vision [b, t, dv] and language [b, t, dl]; with "crossAttend" the other one is as wide as its projections make it
 * @throws ShapeError when "tokenwise" meets n ≠ m, or an empty sequence is pooled or resampled
 * @throws ArgumentError when the length to resample to is not a positive integer
 */
export function align(
  sequences: { readonly vision: Tensor; readonly language: Tensor },
  alignment: SequenceAlignment,
): { readonly vision: Tensor; readonly language: Tensor } {
  return alignSequences(standIn(sequences, "error"), alignment, { vision: 0, language: 0 });
}
