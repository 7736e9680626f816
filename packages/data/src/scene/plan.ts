import type { Random } from "@xattn/core";
import type { Noun } from "../catalogue/nouns.ts";
import type { SplitName } from "../pack/scene.ts";
import { dealer, drawThingCount } from "./cast.ts";
import type { NounSplit } from "./split-nouns.ts";

/** A thing before it has a place. */
export interface PlannedThing {
  /** Its number in the list of nouns. */
  readonly noun: number;
  /** Which of the noun's pictures. */
  readonly stamp: number;
  readonly mirrored: boolean;
}

export interface PlannedScene {
  readonly split: SplitName;
  readonly things: readonly PlannedThing[];
  /** Names the scene's own random numbers, so that one scene more does not change the others. */
  readonly label: string;
}

/** In the split `test`, how often a noun with a held-out picture shows it. */
const heldOutShare = 0.5;

/** Casts the scenes of one split. */
export function planScenes(
  nouns: readonly Noun[],
  nounSplit: NounSplit,
  split: SplitName,
  count: number,
  random: Random,
): PlannedScene[] {
  const heldOut = new Set(nounSplit.heldOutStamps);
  const deal = dealer(nouns, split === "unseen" ? nounSplit.unseen : nounSplit.seen, random.fork(`deal:${split}`));
  return Array.from({ length: count }, (_, index) => {
    const label = `scene:${split}:${index}`;
    const own = random.fork(`cast:${label}`);
    const things = deal(drawThingCount(own)).map((noun): PlannedThing => {
      const { stamps } = nouns[noun]!;
      const fresh = stamps.filter((stamp) => heldOut.has(stamp));
      const usual = stamps.filter((stamp) => !heldOut.has(stamp));
      const wantsFresh = split === "test" && fresh.length > 0 && own.uniform() < heldOutShare;
      const pool = wantsFresh ? fresh : usual;
      const stamp = stamps.indexOf(pool[own.integer(0, pool.length - 1)]!);
      return { noun, stamp, mirrored: own.uniform() < 0.5 };
    });
    return { split, things, label };
  });
}
