import { indefinite } from "../catalogue/article.ts";
import type { Describable } from "./thing.ts";

/** All that a scene shows, from left to right: "a dog, an owl and some corn". */
export function caption(things: readonly Describable[]): string {
  const names = [...things]
    .sort((first, second) => first.box.left + first.box.right - (second.box.left + second.box.right))
    .map(({ noun }) => indefinite(noun));
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
