import type { Group } from "../catalogue/nouns.ts";
import type { Box } from "../scene/layout.ts";
import type { Photograph } from "./photograph.ts";
import type { Scene, SplitName } from "./scene.ts";

/** A noun that scenes are asked for. */
export interface PackNoun {
  readonly text: string;
  readonly group: Group;
  /** Whether training shows it; a noun that is not seen is shown by scenes of the split `unseen` alone. */
  readonly seen: boolean;
  /** Its pictures, as paths in the package of stamps; one that is held out is shown by the split `test` alone. */
  readonly stamps: readonly { readonly path: string; readonly heldOut: boolean }[];
  /** [100]: its word's vector, or the mean of its words' vectors. */
  readonly vector: Float32Array;
}

/** Real words and pictures for grounding. Feature arrays are fresh copies: the caller may change them. */
export interface Pack {
  readonly seed: number;
  readonly nouns: readonly PackNoun[];
  /** GloVe vectors, [100] each: of nouns, colours, relations, places, sizes, and verbs of actions. */
  readonly words: ReadonlyMap<string, Float32Array>;
  /**
   * [100]: the mean vector of a text's words, "the" and "one" left out.
   *
   * @throws RangeError when a word has no vector
   */
  vectorOf(text: string): Float32Array;
  readonly scenes: readonly Scene[];
  scenesOf(split: SplitName): Scene[];
  /** Numbers for each cell. */
  readonly featureWidth: number;
  /** [256, featureWidth]: what the network sees in each cell of the 16×16 grid, row by row. */
  featuresOf(scene: Scene): Float32Array;
  /**
   * [256, featureWidth]: the same with the marker beside one of the scene's things. The 7×7 cells around the marker
   * are the network's features of the picture with it; the rest is as without it.
   *
   * @throws RangeError when the scene has no cue, or no such thing
   */
  featuresWithCue(scene: Scene, marked: number): Float32Array;
  /** Where the marker is then, in pixels; nothing when the scene has no cue. */
  markerBoxOf(scene: Scene, marked: number): Box | undefined;
  readonly photographs: readonly Photograph[];
  /** [256, featureWidth] */
  photographFeatures(photograph: Photograph): Float32Array;
  /** Reduces the network's own features, [count, 480], to [count, featureWidth]. */
  projectFeatures(features: Float32Array): Float32Array;
}
