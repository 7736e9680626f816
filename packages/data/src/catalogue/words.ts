import { colourNames } from "../colour/colour.ts";
import { nouns } from "./nouns.ts";
import { photographs } from "./photographs.ts";

const ofExpressions = "left right of above below leftmost rightmost highest lowest largest smallest".split(" ");

/** For actions: what one may do with a thing, four verbs of like meaning each. */
const ofActions = "pick grab take lift place put set lay push shove move press open unlock unseal pull".split(" ");

/** Every word that the pack has a vector for: of nouns, colours, referring expressions and actions. */
export const packWords: readonly string[] = [
  ...new Set([
    ...nouns.flatMap(({ text }) => text.split(" ")),
    ...photographs.flatMap(({ things }) => things.map(({ noun }) => noun)),
    ...colourNames,
    ...ofExpressions,
    ...ofActions,
  ]),
].sort();
