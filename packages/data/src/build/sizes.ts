import type { SplitName } from "../pack/scene.ts";

/** How much of everything the pack holds. */
export interface PackSizes {
  readonly scenes: Readonly<Record<SplitName, number>>;
  /** How many scenes with four things also come with the marker, the first of each split. */
  readonly cueScenes: Readonly<Record<SplitName, number>>;
  /** How many scenes have a small picture, the first of each split. */
  readonly thumbnails: number;
  /** Numbers for each cell; even. */
  readonly featureWidth: number;
  /** Training scenes that the projection and the scales are fitted to. */
  readonly calibration: number;
}

/** What is committed: 4-bit features of 1,270 scenes take 5.2 MB. */
export const packSizes: PackSizes = {
  scenes: { train: 850, validation: 100, test: 160, unseen: 160 },
  cueScenes: { train: 220, validation: 0, test: 50, unseen: 50 },
  thumbnails: 10,
  featureWidth: 32,
  calibration: 400,
};
