import {
  type CoAttention,
  type CoAttentionResult,
  coAttention,
  ShapeError,
  showShape,
  type Tensor,
  zeros,
} from "@xattn/core";
import type { SequenceAlignment } from "../alignment/alignment.ts";
import { alignSequences } from "../alignment/sequences.ts";
import type { Missing, Modalities } from "../modalities/modalities.ts";
import { standIn } from "../modalities/stand-in.ts";
import { addScaled } from "../sum/sum.ts";

export interface IntermediateFusion {
  /** The two cross-attentions, in either form of `coAttention`; both results must be of one width. */
  readonly attention: CoAttention;
  /** How A_VL, of n rows, and A_LV, of m rows, come to one length. */
  readonly alignment: SequenceAlignment;
  readonly missing: Missing;
}

export interface IntermediateFusionResult {
  /** [b, t, out] */
  readonly output: Tensor;
  /** Before alignment: vision having looked at language, and the reverse, with weights when the attention asks for them. */
  readonly attended: CoAttentionResult;
}

/**
 * F = CrossModalAttention(V, L) + CrossModalAttention(L, V) = A_LV + A_VL. The first has m rows and the second n, so
 * both are aligned to one length before they are added.
 *
 * Where a modality is missing, "zeros" leaves nothing to attend to: the other's term is its attention over no keys, which
 * is zeros (the bias of W^O, if there is one), and the missing one's term is zeros.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl], of one element type
 * @throws ShapeError, ArgumentError when inputs, attention and alignment do not fit each other, or a modality is missing
 * and must not be
 */
export function intermediateFusion(inputs: Modalities, fusion: IntermediateFusion): IntermediateFusionResult {
  const { attention, alignment, missing } = fusion;
  const { batch, vision, language } = standIn(inputs, missing);
  const { dtype } = (vision ?? language)!;
  const attended = coAttention(
    {
      vision: vision ?? zeros([batch, 0, attention.vision.value.weight.shape[0]!], dtype),
      language: language ?? zeros([batch, 0, attention.language.value.weight.shape[0]!], dtype),
    },
    attention,
  );
  const [ofVision, ofLanguage] = [attended.vision.output, attended.language.output];
  const sequences = { batch, vision: vision && ofVision, language: language && ofLanguage };
  const widths = { vision: ofVision.shape[2]!, language: ofLanguage.shape[2]! };
  const aligned = alignSequences(sequences, alignment, widths);
  if (aligned.vision.shape[2] !== aligned.language.shape[2]) {
    throw new ShapeError(
      `attention: language's result ${showShape(aligned.language.shape)} does not fit: needs [b, t, out] = ${showShape(aligned.vision.shape)}, as vision's, to be added`,
    );
  }
  return { output: addScaled(aligned.vision, aligned.language), attended };
}
