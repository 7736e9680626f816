import type { Random } from "@xattn/core";
import type { Noun } from "../catalogue/nouns.ts";
import { drawMarker, placeMarker } from "../cue/marker.ts";
import { patchCellNumbers, patchCorner } from "../cue/patch.ts";
import type { Image } from "../image/image.ts";
import type { Box } from "../scene/layout.ts";
import type { PlannedScene, PlannedThing } from "../scene/plan.ts";
import { type Material, type RenderedThing, renderScene } from "../scene/render.ts";
import { cellCount } from "../scene/size.ts";
import { type Network, networkWidth } from "../sources/network.ts";

/** The marker beside one thing: where, and what the network sees in the cells around it. */
export interface MeasuredCue {
  readonly box: Box;
  readonly corner: { readonly column: number; readonly row: number };
  /** [49, 480] */
  readonly features: Float32Array;
  /** Of all that the marker changes in the features, as a sum of squares, the part that lies within the patch. */
  readonly kept: number;
}

export interface MeasuredScene {
  readonly plan: PlannedScene;
  readonly image: Image;
  readonly things: readonly (PlannedThing & Omit<RenderedThing, "mask">)[];
  /** [256, 480] */
  readonly features: Float32Array;
  /** One for each thing, or none. */
  readonly cues: readonly MeasuredCue[];
}

export interface Studio {
  readonly nouns: readonly Noun[];
  readonly stampOf: (path: string) => Image;
  readonly material: Material;
  readonly network: Network;
}

/** Renders a scene and shows it to the network, with the marker beside each thing in turn if asked for. */
export function measureScene(
  plan: PlannedScene,
  withCues: boolean,
  { nouns, stampOf, material, network }: Studio,
  random: Random,
): MeasuredScene {
  const cutOuts = plan.things.map(({ noun, stamp, mirrored }) => ({
    image: stampOf(nouns[noun]!.stamps[stamp]!),
    mirrored,
  }));
  const { image, things } = renderScene(cutOuts, material, random.fork(plan.label));
  const features = network.features(image);
  const masks = things.map(({ mask }) => mask);
  return {
    plan,
    image,
    things: things.map(({ mask: _, ...thing }, index) => ({ ...plan.things[index]!, ...thing })),
    features,
    cues: withCues ? things.map(({ box }) => measureCue(placeMarker(box, masks), image, features, network)) : [],
  };
}

function measureCue(box: Box, image: Image, without: Float32Array, network: Network): MeasuredCue {
  const corner = patchCorner(box);
  const cells = patchCellNumbers(corner);
  const marked = network.features(drawMarker(image, box));
  const features = new Float32Array(cells.length * networkWidth);
  const change = (cell: number) => {
    let sum = 0;
    for (let k = cell * networkWidth; k < (cell + 1) * networkWidth; k += 1) sum += (marked[k]! - without[k]!) ** 2;
    return sum;
  };
  cells.forEach((cell, at) => {
    features.set(marked.subarray(cell * networkWidth, (cell + 1) * networkWidth), at * networkWidth);
  });
  const total = Array.from({ length: cellCount }, (_, cell) => change(cell)).reduce((sum, part) => sum + part, 0);
  const within = cells.reduce((sum, cell) => sum + change(cell), 0);
  return { box, corner, features, kept: total === 0 ? 1 : within / total };
}
