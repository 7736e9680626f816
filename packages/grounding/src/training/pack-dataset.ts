import { gridSide, type Pack, type Scene as PackScene } from "@xattn/data";
import type { GroundingDataset } from "./dataset.ts";

/** Scenes of the pack, with the vectors of their nouns. */
export function packDataset(pack: Pack, scenes: readonly PackScene[]): GroundingDataset {
  const nouns = new Set(scenes.flatMap(({ things }) => things.map(({ noun }) => noun)));
  const words = Object.fromEntries([...nouns].map((noun) => [noun, pack.vectorOf(noun)] as const));
  return {
    rows: gridSide,
    columns: gridSide,
    regionWidth: pack.featureWidth,
    wordWidth: Object.values(words)[0]?.length ?? 0,
    words,
    scenes: scenes.map((scene) => ({
      regions: pack.featuresOf(scene),
      objects: scene.things.map(({ noun, coverage }) => ({ noun, coverage })),
    })),
  };
}
