import { ArgumentError, crossModalAttention, ShapeError, showShape, type Tensor, zeros } from "@xattn/core";
import type { Modality } from "../modalities/modalities.ts";
import type { Sequences } from "../modalities/stand-in.ts";
import type { SequenceAlignment } from "./alignment.ts";
import { pool } from "./pool.ts";
import { resample } from "./resample.ts";

export interface Aligned {
  readonly vision: Tensor;
  readonly language: Tensor;
}

/** As `align`, with zeros of the given width in the place of a sequence that is not there. */
export function alignSequences(
  { batch, vision, language }: Sequences,
  alignment: SequenceAlignment,
  widths: Readonly<Record<Modality, number>>,
): Aligned {
  const aligned = alignPresent({ vision, language }, alignment);
  const { shape, dtype } = (aligned.vision ?? aligned.language)!;
  const empty = (modality: Modality) => zeros([batch, shape[1]!, widths[modality]], dtype);
  return { vision: aligned.vision ?? empty("vision"), language: aligned.language ?? empty("language") };
}

type Present = { readonly [Name in Modality]: Tensor | undefined };

function alignPresent({ vision, language }: Present, alignment: SequenceAlignment): Present {
  switch (alignment.kind) {
    case "tokenwise": {
      if (vision && language && vision.shape[1] !== language.shape[1]) {
        throw new ShapeError(
          `language: shape ${showShape(language.shape)} does not fit: needs [b, n, dl] with n = ${vision.shape[1]} of vision ${showShape(vision.shape)}, as alignment is "tokenwise"`,
        );
      }
      return { vision, language };
    }
    case "pool":
      return {
        vision: vision && pool("vision", vision, alignment.by),
        language: language && pool("language", language, alignment.by),
      };
    case "resample":
      return {
        vision: vision && resample("vision", vision, alignment.length),
        language: language && resample("language", language, alignment.length),
      };
    case "crossAttend": {
      const { onto, projections, options = {} } = alignment;
      const [asking, asked] = onto === "vision" ? [vision, language] : [language, vision];
      if (!asking) {
        throw new ArgumentError(`${onto}: missing; zeros have no length to align onto, as alignment.onto is "${onto}"`);
      }
      const gathered = asked && crossModalAttention({ queries: asking, context: asked }, projections, options).output;
      return onto === "vision" ? { vision, language: gathered } : { vision: gathered, language };
    }
  }
}
