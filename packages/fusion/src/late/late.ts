import { bindShape, type Projection, project, showShape, type Tensor } from "@xattn/core";
import type { SequenceAlignment } from "../alignment/alignment.ts";
import { alignSequences } from "../alignment/sequences.ts";
import type { Missing, Modalities } from "../modalities/modalities.ts";
import { standIn } from "../modalities/stand-in.ts";
import { addScaled } from "../sum/sum.ts";

export interface LateFusion {
  /** W_vis [dv, out]; the width is that after alignment. */
  readonly vision: Projection;
  /** W_lang [dl, out]; the width is that after alignment. */
  readonly language: Projection;
  readonly alignment: SequenceAlignment;
  readonly missing: Missing;
}

/**
 * F = W_lang·F_lang + W_vis·F_vis: each modality is processed by itself, and only the results meet (late fusion in the
 * sense of Baltrušaitis et al. 2019, section 7). The sequences are aligned before they are projected.
 *
 * Where a modality is missing, "zeros" leaves the other's term, and of its own the bias, if its projection has one.
 *
 * @param inputs vision [b, n, dv] and language [b, m, dl], of one element type
 * @returns [b, t, out], of the inputs' element type
 * @throws ShapeError, ArgumentError when inputs, alignment and projections do not fit each other, or a modality is
 * missing and must not be
 */
export function lateFusion(inputs: Modalities, fusion: LateFusion): Tensor {
  const { alignment, missing } = fusion;
  const { dv, out } = bindShape("fusion.vision.weight", fusion.vision.weight, ["dv", "out"]);
  const source = `fusion.vision.weight ${showShape(fusion.vision.weight.shape)}`;
  const { dl } = bindShape("fusion.language.weight", fusion.language.weight, ["dl", "out"], { out }, source);
  const { vision, language } = alignSequences(standIn(inputs, missing), alignment, { vision: dv, language: dl });
  bindShape("vision", vision, ["b", "t", "dv"], { dv }, source);
  bindShape(
    "language",
    language,
    ["b", "t", "dl"],
    { dl },
    `fusion.language.weight ${showShape(fusion.language.weight.shape)}`,
  );
  return addScaled(project(vision, fusion.vision), project(language, fusion.language));
}
