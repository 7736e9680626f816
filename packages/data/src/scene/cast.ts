import type { Random } from "@xattn/core";
import type { Noun } from "../catalogue/nouns.ts";

/** Whether one of two nouns could name what the other names. */
export function areNear(first: Noun, second: Noun): boolean {
  return first === second || first.near.includes(second.text) || second.near.includes(first.text);
}

/** Scenes have four things, a few two, three, five or six. */
export function drawThingCount(random: Random): number {
  return random.uniform() < 0.88 ? 4 : [2, 3, 5, 6][random.integer(0, 3)]!;
}

/**
 * Deals nouns to scenes so that all come equally often, none twice in a scene, and none together with one that is
 * near.
 *
 * @param candidates numbers of nouns
 * @returns a function that deals `count` nouns for the next scene
 */
export function dealer(
  nouns: readonly Noun[],
  candidates: readonly number[],
  random: Random,
): (count: number) => number[] {
  let deck: number[] = [];
  return (count) => {
    const hand: number[] = [];
    while (hand.length < count) {
      const next = deck.findIndex((card) => hand.every((held) => !areNear(nouns[card]!, nouns[held]!)));
      if (next === -1) deck = [...deck, ...random.shuffle(candidates)];
      else hand.push(...deck.splice(next, 1));
    }
    return hand;
  };
}
