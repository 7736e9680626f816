import type { Engine } from "../../../engine/engine.ts";
import { padded } from "../../widths.ts";
import { wordsOf } from "../../words.ts";
import type { Favor } from "../shape.ts";

export interface FavorShape {
  readonly form: Favor["form"];
  readonly features: number;
  readonly d: number;
  readonly targetRow: number;
}

export const favorWords = wordsOf([
  "source",
  "sourceHead",
  "target",
  "targetHead",
  /** Rows of a head, and tiles of them. */
  "rows",
  "tiles",
  /** The random vectors as columns, [d, padded features], times the factors that the kernel's functions need. */
  "projection",
  /** What a sum of a column starts with: 0, or −∞ for the exponentials of columns that pad. */
  "starts",
  /** All bits of the columns that count. */
  "mask",
  "logScales",
  "logScalesHead",
  /** Factor on ‖x‖² in the logarithm of the scale, in float32. */
  "ofNorm",
]);

export type FavorWord = keyof typeof favorWords.at;

export function favorScratch(engine: Engine, { features, d }: FavorShape) {
  const projected = 4 * engine.tileRows * padded(features);
  return { projected: 0, source: projected, bytes: projected + Math.ceil((4 * engine.tileRows * d) / 64) * 64 };
}
