import { loadPack, type Pack } from "@xattn/data";
import {
  chanceAccuracy,
  directions,
  fusions,
  type GroundingDataset,
  modelScorer,
  nearestNeighbour,
  packDataset,
  pointingAccuracy,
  ridgeToWords,
  type Scorer,
  type SomeTrainingOptions,
  trainGrounding,
} from "@xattn/grounding";
import { z } from "zod";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import type { DirectMeasure, Parameters } from "../contract/measure.ts";

type Column = "knownCell" | "knownChoice" | "unseenCell" | "unseenChoice";

/** Ways to point at what a word names. */
const pointers = ["trained", "untrained", "ridge", "nearest-neighbour", "chance"] as const;

const mostEpochs = 100;
/** Chosen on validation scenes, as the datasheet of the pack has it. */
const ridgePenalty = 300;

export interface PointingOptions {
  /** Scenes of each split that are used, all when absent. */
  readonly scenes?: number;
}

/**
 * How often a word's best cell lies on the thing that it names, and how often that thing is chosen among those of the
 * scene; for nouns of the training scenes in new scenes, and for nouns that no training scene shows. Trained models
 * learn from the training scenes of the pack, with the cell's seed.
 */
export function trainedPointing({ scenes }: PointingOptions = {}): DirectMeasure<Column> {
  return {
    kind: "direct",
    name: "trained-pointing",
    version: 1,
    description: "The pointing game on composed scenes of photographed things.",
    parameters: {
      pointer: z.enum(pointers),
      fusion: z.enum(fusions).optional(),
      direction: z.enum(directions).optional(),
      epochs: wholeNumber("passes over the training scenes", 1, mostEpochs).optional(),
      seed: seedParameter,
    },
    columns: {
      knownCell: deterministic("1", "Share of known nouns whose best cell of 256 lies on the thing.", tolerance),
      knownChoice: deterministic(
        "1",
        "Share of known nouns whose thing is chosen among those of the scene.",
        tolerance,
      ),
      unseenCell: deterministic("1", "Share of unseen nouns whose best cell of 256 lies on the thing.", tolerance),
      unseenChoice: deterministic(
        "1",
        "Share of unseen nouns whose thing is chosen among those of the scene.",
        tolerance,
      ),
    },
    exclusive: false,
    async run(cell, { seed }) {
      const pack = loadPack();
      const [known, unseen] = [datasetOf(pack, "test", scenes), datasetOf(pack, "unseen", scenes)];
      const of = accuracyOf(cell, seed, datasetOf(pack, "train", scenes));
      const [onKnown, onUnseen] = [of(known), of(unseen)];
      return {
        knownCell: onKnown.cell,
        knownChoice: onKnown.choice,
        unseenCell: onUnseen.cell,
        unseenChoice: onUnseen.choice,
      };
    },
  };
}

/** Training goes through exp and tanh, of which machines differ in the last place. */
const tolerance = 0.02;

function datasetOf(pack: Pack, split: "train" | "test" | "unseen", count: number | undefined): GroundingDataset {
  return packDataset(pack, pack.scenesOf(split).slice(0, count));
}

function accuracyOf(cell: Parameters, seed: number, train: GroundingDataset) {
  if (cell.pointer === "chance") return chanceAccuracy;
  const scorer = scorerOf(cell, seed, train);
  return (dataset: GroundingDataset) => pointingAccuracy(scorer, dataset);
}

function scorerOf({ pointer, fusion, direction, epochs }: Parameters, seed: number, train: GroundingDataset): Scorer {
  if (pointer === "ridge") return ridgeToWords(train, ridgePenalty);
  if (pointer === "nearest-neighbour") return nearestNeighbour(train);
  const model = {
    ...(fusion !== undefined && { fusion }),
    ...(direction !== undefined && { direction }),
  } as NonNullable<SomeTrainingOptions["model"]>;
  const passes = pointer === "untrained" ? 0 : epochs;
  return modelScorer(
    trainGrounding(train, { seed, model, ...(passes !== undefined && { epochs: passes as number }) }).model,
  );
}
