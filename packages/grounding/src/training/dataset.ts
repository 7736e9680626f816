import { ArgumentError } from "@xattn/core";

/** One thing in a scene. */
export interface SceneObject {
  readonly noun: string;
  /** [cells]: the share of each cell, 0 to 1, that the object's mask covers. */
  readonly coverage: ArrayLike<number>;
}

export interface Scene {
  /** [cells, regionWidth], row-major */
  readonly regions: ArrayLike<number>;
  readonly objects: readonly SceneObject[];
}

/** Scenes of one grid, and a vector for every noun that occurs in them or may be asked for. */
export interface GroundingDataset {
  readonly rows: number;
  readonly columns: number;
  readonly regionWidth: number;
  readonly wordWidth: number;
  /** [wordWidth] each */
  readonly words: Readonly<Record<string, ArrayLike<number>>>;
  readonly scenes: readonly Scene[];
}

/**
 * Checks every length, every coverage and that every noun has a vector.
 *
 * @throws ArgumentError naming the scene and what does not fit
 */
export function checkDataset(dataset: GroundingDataset): void {
  const { rows, columns, regionWidth, wordWidth, words, scenes } = dataset;
  const cells = rows * columns;
  for (const [noun, vector] of Object.entries(words)) {
    need(`words[${noun}]`, vector.length, wordWidth, "wordWidth");
  }
  if (scenes.length === 0) throw new ArgumentError("scenes: none; needs at least one");
  for (const [index, { regions, objects }] of scenes.entries()) {
    need(`scenes[${index}].regions`, regions.length, cells * regionWidth, "rows·columns·regionWidth");
    for (const [place, { noun, coverage }] of objects.entries()) {
      const name = `scenes[${index}].objects[${place}]`;
      need(`${name}.coverage`, coverage.length, cells, "rows·columns");
      if (!Object.hasOwn(words, noun)) throw new ArgumentError(`${name}.noun: "${noun}" has no vector in words`);
      const wrong = Array.from(coverage).find((share) => !(share >= 0 && share <= 1));
      if (wrong !== undefined) throw new ArgumentError(`${name}.coverage: ${wrong} is not a share between 0 and 1`);
    }
  }
}

function need(name: string, length: number, needed: number, letters: string): void {
  if (length !== needed) throw new ArgumentError(`${name}: ${length} numbers; needs ${letters} = ${needed}`);
}

/** The nouns of a scene, each once, with the union of what its objects cover [cells]. */
export function targetsOf(scene: Scene): ReadonlyMap<string, Float64Array> {
  const targets = new Map<string, Float64Array>();
  for (const { noun, coverage } of scene.objects) {
    const known = targets.get(noun);
    if (!known) targets.set(noun, Float64Array.from(coverage));
    else for (let cell = 0; cell < known.length; cell += 1) known[cell] = Math.min(1, known[cell]! + coverage[cell]!);
  }
  return targets;
}

/** All nouns that occur in scenes, in alphabetical order. */
export function nounsOf({ scenes }: Pick<GroundingDataset, "scenes">): readonly string[] {
  return [...new Set(scenes.flatMap(({ objects }) => objects.map(({ noun }) => noun)))].sort();
}
