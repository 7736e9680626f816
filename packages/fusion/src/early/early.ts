import {
  bindShape,
  fromNumbers,
  type Projection,
  project,
  ShapeError,
  showShape,
  type Tensor,
  toFloat64,
} from "@xattn/core";
import { type Activation, activationOf } from "../activation/activation.ts";
import type { SequenceAlignment } from "../alignment/alignment.ts";
import { alignSequences } from "../alignment/sequences.ts";
import type { Missing, Modalities } from "../modalities/modalities.ts";
import { type Sequences, standIn } from "../modalities/stand-in.ts";

export interface EarlyFusion {
  /** W_concat [dv + dl, out], the rows for vision first, and b [out]; the widths are those after alignment. */
  readonly concat: Projection;
  readonly activation: Activation;
  readonly alignment: SequenceAlignment;
  readonly missing: Missing;
}

/**
 * F = σ(W_concat·[V; L] + b): features side by side, before anything else is made of them (early fusion in the sense of
 * Baltrušaitis et al. 2019, section 7). Row t of the result sees token t of both, so the sequences are first aligned to
 * one length.
 *
 * Where a modality is missing, "zeros" leaves σ(W·F + b) with the rows of W_concat for the one that is there.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl], of one element type
 * @returns [b, t, out], of the inputs' element type; sums are in float64
 * @throws ShapeError, ArgumentError when inputs, alignment and projection do not fit each other, or a modality is
 * missing and must not be
 */
export function earlyFusion(inputs: Modalities, fusion: EarlyFusion): Tensor {
  const { concat, activation, alignment, missing } = fusion;
  const { in: width } = bindShape("concat.weight", concat.weight, ["in", "out"]);
  const sequences = standIn(inputs, missing);
  const { vision, language } = alignSequences(sequences, alignment, missingWidths(sequences, width));
  const joined = concatenate(vision, language);
  if (joined.shape[2] !== width) {
    throw new ShapeError(
      `concat.weight: shape ${showShape(concat.weight.shape)} does not fit: needs [dv + dl, out] = [${vision.shape[2]} + ${language.shape[2]}, out], after alignment`,
    );
  }
  return activate(project(joined, concat), activation);
}

/** A missing modality is as wide as the rows of W_concat that are left for it. */
function missingWidths({ vision, language }: Sequences, width: number) {
  const left = Math.max(0, width - (vision ?? language)!.shape[2]!);
  return { vision: left, language: left };
}

/** [V; L] along the features. */
function concatenate(vision: Tensor, language: Tensor): Tensor {
  const [b, t, dv] = vision.shape as [number, number, number];
  const dl = language.shape[2]!;
  const width = dv + dl;
  const [left, right] = [toFloat64(vision), toFloat64(language)];
  const joined = new Float64Array(b * t * width);
  for (let row = 0; row < b * t; row += 1) {
    joined.set(left.subarray(row * dv, (row + 1) * dv), row * width);
    joined.set(right.subarray(row * dl, (row + 1) * dl), row * width + dv);
  }
  return fromNumbers([b, t, width], joined, vision.dtype);
}

function activate(x: Tensor, activation: Activation): Tensor {
  return fromNumbers(x.shape, toFloat64(x).map(activationOf(activation)), x.dtype);
}
