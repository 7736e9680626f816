import { type GroundingModel, ground } from "../model/model.ts";
import type { GroundingDataset, Scene } from "./dataset.ts";

/** Scores [cells] of a word [dl] in a scene: a model, or a baseline. */
export type Scorer = (scene: Scene, word: ArrayLike<number>) => ArrayLike<number>;

export interface PointingAccuracy {
  /** Share of names whose best cell lies on their object. */
  readonly cell: number;
  /** Share of names whose object has the largest part of the softmax of the scores, per cell of its mask. */
  readonly choice: number;
  /** Names that were asked. */
  readonly count: number;
}

export function modelScorer(model: GroundingModel): Scorer {
  return (scene, word) => ground(model, scene, word).scores;
}

/**
 * Asks for every object of every scene by its noun alone. A cell lies on the object that covers it most, if that covers
 * at least a quarter of it.
 */
export function pointingAccuracy(
  score: Scorer,
  { scenes, words }: Pick<GroundingDataset, "scenes" | "words">,
): PointingAccuracy {
  let [cell, choice, count] = [0, 0, 0];
  for (const scene of scenes) {
    const owners = ownersOf(scene);
    for (const [index, { noun }] of scene.objects.entries()) {
      const scores = Array.from(score(scene, words[noun]!));
      const highest = Math.max(...scores);
      const masses = scores.map((x) => Math.exp(x - highest));
      const shares = scene.objects.map(({ coverage }) => meanOver(masses, coverage));
      count += 1;
      if (owners[scores.indexOf(highest)] === index) cell += 1;
      if (shares.indexOf(Math.max(...shares)) === index) choice += 1;
    }
  }
  return { cell: cell / count, choice: choice / count, count };
}

/** What guessing gives: a cell at random, an object at random. */
export function chanceAccuracy({ scenes }: Pick<GroundingDataset, "scenes">): PointingAccuracy {
  let [cell, choice, count] = [0, 0, 0];
  for (const scene of scenes) {
    const owners = ownersOf(scene);
    count += scene.objects.length;
    cell += owners.filter((owner) => owner !== undefined).length / owners.length;
    choice += 1;
  }
  return { cell: cell / count, choice: choice / count, count };
}

/** The index of the object that each cell lies on. */
function ownersOf({ objects }: Scene): readonly (number | undefined)[] {
  const cells = objects[0]?.coverage.length ?? 0;
  return Array.from({ length: cells }, (_, cell) => {
    const shares = objects.map(({ coverage }) => coverage[cell]!);
    const most = Math.max(...shares);
    return most >= 0.25 ? shares.indexOf(most) : undefined;
  });
}

function meanOver(masses: readonly number[], coverage: ArrayLike<number>): number {
  let [sum, area] = [0, 0];
  for (const [cell, mass] of masses.entries()) {
    sum += mass * coverage[cell]!;
    area += coverage[cell]!;
  }
  return area > 0 ? sum / area : 0;
}
