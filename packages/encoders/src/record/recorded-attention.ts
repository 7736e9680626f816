import type { Tensor } from "@xattn/core";

/**
 * - `sentence`: Universal Sentence Encoder lite, two layers of self-attention over pieces of words (Cer et al. 2018)
 * - `text-line`: the recognizer of PP-OCRv4, two layers over columns of a text line (after SVTR, Du et al. 2022)
 */
export type EncoderName = "sentence" | "text-line";

/**
 * One layer of self-attention of a trained encoder, as the encoder itself computed it on an input: h heads, n
 * positions, width d of a head, all float32.
 */
export interface RecordedAttention {
  readonly encoder: EncoderName;
  /** 0 or 1 */
  readonly layer: number;
  /** The sentence, or what the text line says. */
  readonly input: string;
  /**
   * What stands at each of the n positions: a piece of a word, "▁" where a word begins; or the character that the
   * recognizer reads at a column, "" where it reads none.
   */
  readonly tokens: readonly string[];
  /** The factor on q·kᵀ. */
  readonly scale: number;
  /** [1, h, n, d], before scaling */
  readonly query: Tensor<"float32">;
  /** [1, h, n, d] */
  readonly key: Tensor<"float32">;
  /** [1, h, n, d] */
  readonly value: Tensor<"float32">;
  /** [1, h, n, n]: the encoder's own softmax */
  readonly weights: Tensor<"float32">;
}
