import type { Describable } from "../expressions/thing.ts";

/** The parts that the scenes are divided into; what each shows is told by the datasheet. */
export const splitNames = ["train", "validation", "test", "unseen"] as const;
export type SplitName = (typeof splitNames)[number];

/** One thing in a scene. Boxes are in pixels of the 512×512 picture. */
export interface SceneThing extends Describable {
  /** Its number in the pack's list of nouns. */
  readonly nounIndex: number;
  /** The picture it was cut from, as a path in the package of stamps. */
  readonly stamp: string;
  /** Whether training shows the same picture, in other sizes and places. */
  readonly pictureSeen: boolean;
  /** [256]: the part of each cell of the 16×16 grid, row by row, that shows it, 0 … 1, in steps of 1/15. */
  readonly coverage: Float32Array;
}

/** A picture of a few things. Things later in the list lie over earlier ones. */
export interface Scene {
  /** Its position in the pack's list of scenes. */
  readonly id: number;
  readonly split: SplitName;
  readonly things: readonly SceneThing[];
  /** Whether the pack also knows it with the marker beside any of its things. */
  readonly hasCue: boolean;
  /** The path of a small picture of it within the pack, for some scenes. */
  readonly thumbnail: string | undefined;
}
