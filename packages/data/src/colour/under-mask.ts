import { channels, type Image } from "../image/image.ts";
import { type ColourName, colourNames, nameColour } from "./colour.ts";

export interface ObjectColours {
  /** The colour of at least half of what is seen; nothing when none is. */
  readonly main: ColourName | undefined;
  /** Every colour of at least an eighth of what is seen, the most common first; the main one included. */
  readonly present: readonly ColourName[];
}

const mainShare = 0.5;
const presentShare = 0.125;

/** The colours of a picture's pixels, each counted by its weight (a mask of one byte a pixel). */
export function coloursUnder(image: Image, mask: Uint8Array): ObjectColours {
  const weights = new Map<ColourName, number>(colourNames.map((name) => [name, 0]));
  let total = 0;
  for (let pixel = 0; pixel < mask.length; pixel += 1) {
    const weight = mask[pixel]!;
    if (weight === 0) continue;
    const [red, green, blue] = image.data.subarray(pixel * channels, pixel * channels + 3) as unknown as [
      number,
      number,
      number,
    ];
    const name = nameColour(red, green, blue);
    weights.set(name, weights.get(name)! + weight);
    total += weight;
  }
  const ranked = [...weights].sort(([, first], [, second]) => second - first);
  const [first] = ranked;
  return {
    main: first !== undefined && total > 0 && first[1] / total >= mainShare ? first[0] : undefined,
    present: ranked.filter(([, weight]) => total > 0 && weight / total >= presentShare).map(([name]) => name),
  };
}
