import type { Random } from "@xattn/core";
import { coloursUnder, type ObjectColours } from "../colour/under-mask.ts";
import type { Image } from "../image/image.ts";
import { mirror } from "../image/mirror.ts";
import { resize } from "../image/resize.ts";
import { background } from "./background.ts";
import { compose, type VisibleMask } from "./compose.ts";
import type { Grain } from "./ground-grain.ts";
import { type Box, layOut } from "./layout.ts";
import { boxOf, coverageOf } from "./mask.ts";

/** What scenes are made of. */
export interface Material {
  readonly photographs: readonly Image[];
  readonly grain: Grain;
}

export interface RenderedThing {
  /** The smallest box around what is seen. */
  readonly box: Box;
  readonly mask: VisibleMask;
  /** [256] */
  readonly coverage: Float32Array;
  readonly colours: ObjectColours;
}

export interface RenderedScene {
  /** 512×512 */
  readonly image: Image;
  readonly things: readonly RenderedThing[];
}

/** Lays cut-outs out on a ground, and measures what is seen of each. The same random numbers give the same pixels. */
export function renderScene(
  cutOuts: readonly { readonly image: Image; readonly mirrored: boolean }[],
  { photographs, grain }: Material,
  random: Random,
): RenderedScene {
  const boxes = layOut(
    cutOuts.map(({ image }) => image),
    random,
  );
  const placed = cutOuts.map(({ image, mirrored }, index) => {
    const box = boxes[index]!;
    const sized = resize(image, box.right - box.left, box.bottom - box.top);
    return { image: mirrored ? mirror(sized) : sized, box };
  });
  const { image, masks } = compose(background(photographs, grain, random), placed);
  return {
    image,
    things: masks.map((mask, index) => ({
      // A cut-out so thin that no pixel is half opaque keeps the box that it was laid out with.
      box: boxOf(mask) ?? boxes[index]!,
      mask,
      coverage: coverageOf(mask),
      colours: coloursUnder(image, mask),
    })),
  };
}
