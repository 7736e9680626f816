import { ArgumentError, bindShape, showShape, type Tensor, zeros } from "@xattn/core";
import type { Missing, Modalities, Modality } from "./modalities.ts";

/** The sequences of both modalities after `missing` has had its say: at most one is undefined, and means zeros. */
export interface Sequences {
  readonly batch: number;
  readonly vision: Tensor | undefined;
  readonly language: Tensor | undefined;
}

/**
 * @throws ArgumentError when both are missing, when one is and `missing` forbids it or has nothing for it, or when the
 * element types differ
 * @throws ShapeError when a sequence has not three axes or the batches differ
 */
export function standIn({ vision, language }: Modalities, missing: Missing): Sequences {
  if (vision && language) return checked(vision, language);
  const present = vision ?? language;
  if (!present) throw new ArgumentError("vision and language: both are missing; needs at least one");
  const absent: Modality = vision ? "language" : "vision";
  const { b } = bindShape(vision ? "vision" : "language", present, ["b", "n", "d"]);
  if (missing === "error") {
    throw new ArgumentError(`${absent}: missing; needs a tensor, or missing: "zeros" or { learned }`);
  }
  if (missing === "zeros") return { batch: b, vision, language };
  const tokens = missing.learned[absent];
  if (!tokens) throw new ArgumentError(`missing.learned.${absent}: absent; needs [t, d] as ${absent} is missing`);
  const repeated = repeat(`missing.learned.${absent}`, tokens, b);
  return checked(vision ?? repeated, language ?? repeated);
}

/** [t, d] → [b, t, d], the same tokens for each batch entry. */
export function repeat(name: string, tokens: Tensor, batch: number): Tensor {
  const { t, d } = bindShape(name, tokens, ["t", "d"]);
  const repeated = zeros([batch, t, d], tokens.dtype);
  for (let entry = 0; entry < batch; entry += 1) repeated.data.set(tokens.data, entry * t * d);
  return repeated;
}

function checked(vision: Tensor, language: Tensor): Sequences {
  const { b } = bindShape("vision", vision, ["b", "n", "dv"]);
  bindShape("language", language, ["b", "m", "dl"], { b }, `vision ${showShape(vision.shape)}`);
  if (vision.dtype !== language.dtype) {
    throw new ArgumentError(`language: ${language.dtype} elements cannot meet vision's ${vision.dtype}; convert one`);
  }
  return { batch: b, vision, language };
}
