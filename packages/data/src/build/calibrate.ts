import type { Random } from "@xattn/core";
import { discriminants } from "../features/discriminants.ts";
import { fitNibbleScale, type NibbleScale } from "../features/nibbles.ts";
import { type Projection, project } from "../features/projection.ts";
import { cellCount } from "../scene/size.ts";
import { networkWidth } from "../sources/network.ts";
import type { MeasuredScene } from "./measure.ts";

/** How the network's features are reduced. */
export interface Reduction {
  readonly projection: Projection;
  readonly scale: NibbleScale;
}

/** Of the cells that show nothing, how many count: about as many as show something. */
const groundShare = 0.15;
const groundClass = -1;

/**
 * Fits discriminants and 4-bit scales to cells of training scenes, of things and ground in about equal parts; the
 * classes are the seen nouns, and the ground.
 */
export function calibrate(scenes: readonly MeasuredScene[], width: number, random: Random): Reduction {
  const rows: Float32Array[] = [];
  const classes: number[] = [];
  for (const { features, things } of scenes) {
    for (let cell = 0; cell < cellCount; cell += 1) {
      const shown = things.find(({ coverage }) => coverage[cell]! >= 0.5);
      const isGround = things.every(({ coverage }) => coverage[cell]! < 0.02);
      if (shown === undefined && !(isGround && random.uniform() < groundShare)) continue;
      rows.push(features.slice(cell * networkWidth, (cell + 1) * networkWidth));
      classes.push(shown?.noun ?? groundClass);
    }
  }
  const projection = discriminants(rows, classes, width);
  const reduced = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    reduced.set(project(projection, row), at * width);
  });
  return { projection, scale: fitNibbleScale(reduced, width) };
}
