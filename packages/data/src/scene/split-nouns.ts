import type { Random } from "@xattn/core";
import { groups, type Noun } from "../catalogue/nouns.ts";

export interface NounSplit {
  /** Numbers of the nouns that training shows. */
  readonly seen: readonly number[];
  /** Numbers of the nouns that no scene of training, validation or known test shows. */
  readonly unseen: readonly number[];
  /** Pictures of seen nouns that only the known test shows, as paths of stamps. */
  readonly heldOutStamps: readonly string[];
}

/** Within each group, at least this part of the nouns is held out. */
const unseenShare = 0.26;

/** Holds out nouns within each group, and one picture of every seen noun that has several. */
export function splitNouns(nouns: readonly Noun[], random: Random): NounSplit {
  const unseen = groups.flatMap((group) => {
    const members = nouns.flatMap((noun, index) => (noun.group === group ? [index] : []));
    return random.shuffle(members).slice(0, Math.ceil(members.length * unseenShare));
  });
  const hidden = new Set(unseen);
  const seen = nouns.flatMap((_, index) => (hidden.has(index) ? [] : [index]));
  const heldOutStamps = seen.flatMap((index) => {
    const stamps = nouns[index]!.stamps;
    return stamps.length > 1 ? random.shuffle(stamps).slice(0, 1) : [];
  });
  return { seen, unseen: unseen.sort((first, second) => first - second), heldOutStamps };
}
