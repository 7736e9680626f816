import { definite } from "../catalogue/article.ts";
import type { Box } from "../scene/layout.ts";
import { sceneSide } from "../scene/size.ts";
import type { Describable } from "./thing.ts";

export type ExpressionKind = "noun" | "colour" | "relation" | "place" | "size";

/** Words that are true of one thing of the scene and of no other. */
export interface Expression {
  readonly kind: ExpressionKind;
  readonly text: string;
  /** Which thing, by its position in the scene's list. */
  readonly target: number;
}

/** Between centres, from this on a thing is plainly to one side: an eighth of the scene. */
const apart = sceneSide / 8;
/** How much longer than the other the distance along one axis must be. */
const clearly = 1.5;

/**
 * Every referring expression that holds in a scene: by noun ("the dog"), by colour ("the red one", when nothing else
 * has a good part red), by relation ("the dog left of the car"), by place ("the leftmost one") and by size ("the
 * largest one"). Left, right, above and below are of the picture and between the centres of boxes.
 */
export function referringExpressions(things: readonly Describable[]): Expression[] {
  return things.flatMap((thing, target) => {
    const others = things.filter((_, other) => other !== target);
    const say = (kind: ExpressionKind, text: string): Expression => ({ kind, text, target });
    return [
      say("noun", definite(thing.noun)),
      ...byColour(thing, others).map((text) => say("colour", text)),
      ...byRelation(thing, others).map((text) => say("relation", text)),
      ...byPlace(thing, others).map((text) => say("place", text)),
      ...bySize(thing, others).map((text) => say("size", text)),
    ];
  });
}

function byColour({ colour }: Describable, others: readonly Describable[]): string[] {
  const alone = colour !== undefined && others.every(({ colours }) => !colours.includes(colour));
  return alone ? [`the ${colour} one`] : [];
}

function byRelation(thing: Describable, others: readonly Describable[]): string[] {
  return others.flatMap((other) => {
    const relation = relationOf(thing.box, other.box);
    return relation === undefined ? [] : [`${definite(thing.noun)} ${relation} ${definite(other.noun)}`];
  });
}

function relationOf(box: Box, other: Box): string | undefined {
  const [x, y] = centre(box);
  const [otherX, otherY] = centre(other);
  const [across, down] = [x - otherX, y - otherY];
  if (Math.abs(across) >= apart && Math.abs(across) >= clearly * Math.abs(down)) {
    return across < 0 ? "left of" : "right of";
  }
  if (Math.abs(down) >= apart && Math.abs(down) >= clearly * Math.abs(across)) return down < 0 ? "above" : "below";
  return undefined;
}

function byPlace({ box }: Describable, others: readonly Describable[]): string[] {
  if (others.length === 0) return [];
  const [x, y] = centre(box);
  const centres = others.map((other) => centre(other.box));
  const places = [
    ["leftmost", centres.every(([otherX]) => otherX - x >= apart)],
    ["rightmost", centres.every(([otherX]) => x - otherX >= apart)],
    ["highest", centres.every(([, otherY]) => otherY - y >= apart)],
    ["lowest", centres.every(([, otherY]) => y - otherY >= apart)],
  ] as const;
  return places.flatMap(([word, holds]) => (holds ? [`the ${word} one`] : []));
}

function bySize({ box }: Describable, others: readonly Describable[]): string[] {
  if (others.length === 0) return [];
  const ratios = others.map((other) => area(box) / area(other.box));
  if (ratios.every((ratio) => ratio >= clearly)) return ["the largest one"];
  if (ratios.every((ratio) => ratio <= 1 / clearly)) return ["the smallest one"];
  return [];
}

function centre({ left, top, right, bottom }: Box): readonly [number, number] {
  return [(left + right) / 2, (top + bottom) / 2];
}

function area({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}
