import { ArgumentError, bindShape, type Tensor, toFloat64 } from "@xattn/core";
import { argmax } from "./argmax.ts";

export interface PointingGame {
  readonly hits: number;
  readonly misses: number;
  /** hits / (hits + misses); NaN where no word has a target. */
  readonly accuracy: number;
}

/**
 * The pointing game (Zhang et al. 2018, "Top-down neural attention by excitation backprop", section 4.1): a word hits
 * when the object of its highest score, of equal ones the first, is one that it refers to.
 *
 * @param scores [b, w, o], scores or logits
 * @param targets for each batch entry and word the objects that count as right; a word without any is not played
 * @throws ShapeError when the scores are not [b, w, o]
 * @throws ArgumentError when targets and scores do not fit each other, or a score that is played is NaN
 */
export function pointingGame(scores: Tensor, targets: readonly (readonly (readonly number[])[])[]): PointingGame {
  const { b, w, o } = bindShape("scores", scores, ["b", "w", "o"]);
  needLength("targets", targets, b, "b");
  const data = toFloat64(scores);
  let hits = 0;
  let misses = 0;
  for (const [entry, ofEntry] of targets.entries()) {
    needLength(`targets[${entry}]`, ofEntry, w, "w");
    for (const [word, right] of ofEntry.entries()) {
      const outside = right.find((object) => !Number.isSafeInteger(object) || object < 0 || object >= o);
      if (outside !== undefined) {
        throw new ArgumentError(`targets[${entry}][${word}]: ${outside} is not an object; needs 0 … o − 1 = ${o - 1}`);
      }
      if (right.length === 0) continue;
      const start = (entry * w + word) * o;
      const { index } = argmax(`scores[${entry}][${word}]`, data.subarray(start, start + o));
      if (right.includes(index)) hits += 1;
      else misses += 1;
    }
  }
  return { hits, misses, accuracy: hits / (hits + misses) };
}

function needLength(name: string, list: readonly unknown[], length: number, letter: string): void {
  if (list.length !== length) {
    throw new ArgumentError(`${name}: ${list.length} entries; needs ${letter} = ${length}, as the scores have`);
  }
}
