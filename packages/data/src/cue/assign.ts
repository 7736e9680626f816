import type { Random } from "@xattn/core";
import type { Scene } from "../pack/scene.ts";

/** A scene, the thing that is asked for, and the thing that the marker stands beside. */
export interface CueAssignment {
  readonly scene: Scene;
  readonly target: number;
  readonly marked: number;
}

/**
 * Draws for each scene a thing to ask for and a thing to mark: the same one with probability `correlation`, else any
 * of the others with equal chances. At 1 the marker always gives the answer away; at 1/things it says nothing; at 0
 * it is always wrong.
 *
 * @param scenes with a cue and at least two things each
 * @throws RangeError when `correlation` is not within 0 … 1, or a scene has no cue or fewer than two things
 */
export function assignCues(scenes: readonly Scene[], correlation: number, random: Random): CueAssignment[] {
  if (!(correlation >= 0 && correlation <= 1)) throw new RangeError(`correlation: ${correlation} is not within 0 … 1`);
  return scenes.map((scene) => {
    const count = scene.things.length;
    if (!scene.hasCue || count < 2) {
      throw new RangeError(`scenes: scene ${scene.id} has ${scene.hasCue ? "only one thing" : "no cue"}`);
    }
    const target = random.integer(0, count - 1);
    const agrees = random.uniform() < correlation;
    const other = (target + random.integer(1, count - 1)) % count;
    return { scene, target, marked: agrees ? target : other };
  });
}
