import { type ColourName, colourNames } from "../colour/colour.ts";
import { patchCellNumbers, patchCells } from "../cue/patch.ts";
import { fromNibbles, type NibbleScale, partsFromNibbles } from "../features/nibbles.ts";
import { type Projection, project } from "../features/projection.ts";
import { readSafetensors } from "../safetensors/read.ts";
import type { Box } from "../scene/layout.ts";
import { cellCount } from "../scene/size.ts";
import { columnsOf, elements } from "./columns.ts";
import { PackError } from "./errors.ts";
import type { PackFiles } from "./files.ts";
import { type PackIndex, packIndex, packVersion } from "./index-file.ts";
import type { Pack, PackNoun } from "./pack.ts";
import type { Photograph } from "./photograph.ts";
import { type Scene, type SceneThing, splitNames } from "./scene.ts";
import { vocabulary } from "./vocabulary.ts";

/**
 * Reads the pack's files. Pure: whoever calls it has read them, from a disk or over a network.
 *
 * @throws PackError when a file is not what it should be, or two do not fit together
 * @throws SafetensorsError when a file of tensors is malformed
 */
export function parsePack(files: PackFiles): Pack {
  const index = parseIndex(files["index.json5"]);
  const words = parseWords(files["words.safetensors"], index.words);
  const projection = parseProjection(files["projection.safetensors"]);
  const nouns = index.nouns.map((noun): PackNoun => ({ ...noun, vector: words.vectorOf(noun.text) }));
  const columns = columnsOf("scenes.safetensors", readSafetensors(files["scenes.safetensors"]));
  const half = projection.width / 2;
  const scale: NibbleScale = {
    centre: elements("F32", columns.take("feature.centre", "F32", [projection.width])),
    step: elements("F32", columns.take("feature.step", "F32", [projection.width])),
  };
  const codes = columns.take("scene.features", "U8", ["scenes", cellCount, half]);
  const photographCodes = columns.take("photograph.features", "U8", [index.photographs.length, cellCount, half]);
  const cues = parseCues(columns, half);
  const { scenes, firsts } = parseScenes(columns, index, cues);
  const photographs = index.photographs.map(
    ({ file, things }): Photograph => ({ file: `photographs/${file}`, things }),
  );
  const block = (all: Uint8Array, item: number) =>
    fromNibbles(all.subarray(item * cellCount * half, (item + 1) * cellCount * half), scale);
  const featuresOf = (scene: Scene) => {
    if (scenes[scene.id] !== scene) throw new RangeError(`scene: ${scene.id} is not a scene of this pack`);
    return block(codes, scene.id);
  };
  const cueOf = (scene: Scene, marked: number) =>
    scene.things[marked] === undefined ? undefined : cues.get(firsts[scene.id]! + marked);
  return {
    seed: index.seed,
    nouns,
    words: words.vectors,
    vectorOf: words.vectorOf,
    scenes,
    scenesOf: (split) => scenes.filter((scene) => scene.split === split),
    featureWidth: projection.width,
    featuresOf,
    featuresWithCue(scene, marked) {
      const features = featuresOf(scene);
      const cue = cueOf(scene, marked);
      if (cue === undefined) {
        throw new RangeError(`marked: the pack does not know scene ${scene.id} with the marker beside thing ${marked}`);
      }
      const patch = fromNibbles(cue.codes, scale);
      cue.cells.forEach((cell, at) => {
        const row = patch.subarray(at * projection.width, (at + 1) * projection.width);
        features.set(row, cell * projection.width);
      });
      return features;
    },
    markerBoxOf: (scene, marked) => cueOf(scene, marked)?.box,
    photographs,
    photographFeatures(photograph) {
      const at = photographs.indexOf(photograph);
      if (at === -1) throw new RangeError(`photograph: ${photograph.file} is not a photograph of this pack`);
      return block(photographCodes, at);
    },
    projectFeatures: (features) => project(projection, features),
  };
}

function parseIndex(bytes: Uint8Array): PackIndex {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new PackError(`index.json5: is not JSON: ${(error as Error).message}`);
  }
  const version = (value as { readonly version?: unknown } | null)?.version;
  if (version !== packVersion) {
    throw new PackError(
      `index.json5: the pack's version is ${JSON.stringify(version)}, this program reads ${packVersion}`,
    );
  }
  const checked = packIndex.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new PackError(`index.json5: ${issue?.path.map(String).join(".")}: ${issue?.message}`);
}

function parseWords(bytes: Uint8Array, words: readonly string[]) {
  const columns = columnsOf("words.safetensors", readSafetensors(bytes));
  const vectors = elements("F32", columns.take("vectors", "F32", [words.length, "width"]));
  return vocabulary(words, vectors, columns.size("width"));
}

function parseProjection(bytes: Uint8Array): Projection {
  const columns = columnsOf("projection.safetensors", readSafetensors(bytes));
  const components = elements("F32", columns.take("components", "F32", ["width", "inputs"]));
  const mean = elements("F32", columns.take("mean", "F32", ["inputs"]));
  const [width, inputWidth] = [columns.size("width"), columns.size("inputs")];
  if (width % 2 === 1) throw new PackError(`projection.safetensors: the width ${width} is odd`);
  return { inputWidth, width, mean, components };
}

interface Cue {
  readonly box: Box;
  readonly cells: readonly number[];
  /** [49, width / 2] */
  readonly codes: Uint8Array;
}

/** By the number of the thing in the list of all things. */
function parseCues(columns: ReturnType<typeof columnsOf>, half: number): ReadonlyMap<number, Cue> {
  const things = elements("I32", columns.take("cue.thing", "I32", ["cues"]));
  const boxes = elements("U16", columns.take("cue.box", "U16", ["cues", 4]));
  const corners = columns.take("cue.corner", "U8", ["cues", 2]);
  const codes = columns.take("cue.features", "U8", ["cues", patchCells, half]);
  return new Map(
    Array.from(things, (thing, at) => [
      thing,
      {
        box: boxAt(boxes, at),
        cells: patchCellNumbers({ column: corners[at * 2]!, row: corners[at * 2 + 1]! }),
        codes: codes.subarray(at * patchCells * half, (at + 1) * patchCells * half),
      },
    ]),
  );
}

function parseScenes(
  columns: ReturnType<typeof columnsOf>,
  index: PackIndex,
  cues: ReadonlyMap<number, Cue>,
): { readonly scenes: readonly Scene[]; readonly firsts: Int32Array } {
  const splits = columns.take("scene.split", "U8", ["scenes"]);
  const counts = columns.take("scene.things", "U8", ["scenes"]);
  const nouns = elements("U16", columns.take("thing.noun", "U16", ["things"]));
  const stamps = columns.take("thing.stamp", "U8", ["things"]);
  const boxes = elements("U16", columns.take("thing.box", "U16", ["things", 4]));
  const main = columns.take("thing.colour", "U8", ["things"]);
  const present = elements("U16", columns.take("thing.colours", "U16", ["things"]));
  const coverage = columns.take("thing.coverage", "U8", ["things", cellCount / 2]);
  const firsts = new Int32Array(counts.length + 1);
  counts.forEach((count, scene) => {
    firsts[scene + 1] = firsts[scene]! + count;
  });
  if (firsts.at(-1) !== nouns.length) {
    throw new PackError(`scenes.safetensors: the scenes have ${firsts.at(-1)} things, but there are ${nouns.length}`);
  }
  const thingAt = (at: number): SceneThing => {
    const nounIndex = nouns[at]!;
    const noun = index.nouns[nounIndex];
    const stamp = noun?.stamps[stamps[at]!];
    if (noun === undefined || stamp === undefined) {
      throw new PackError(
        `scenes.safetensors: thing ${at} is of noun ${nounIndex}, stamp ${stamps[at]}, which index.json5 does not name`,
      );
    }
    return {
      noun: noun.text,
      nounIndex,
      stamp: stamp.path,
      pictureSeen: noun.seen && !stamp.heldOut,
      box: boxAt(boxes, at),
      colour: colourNames[main[at]!],
      colours: colourNames.filter((_: ColourName, bit: number) => ((present[at]! >> bit) & 1) === 1),
      coverage: partsFromNibbles(coverage.subarray((at * cellCount) / 2, ((at + 1) * cellCount) / 2)),
    };
  };
  const scenes = Array.from(splits, (code, id): Scene => {
    const split = splitNames[code];
    if (split === undefined) throw new PackError(`scenes.safetensors: scene ${id} is of split ${code}, which is none`);
    const thumbnail = index.thumbnails[String(id)];
    return {
      id,
      split,
      things: Array.from({ length: counts[id]! }, (_, at) => thingAt(firsts[id]! + at)),
      hasCue: cues.has(firsts[id]!),
      thumbnail: thumbnail === undefined ? undefined : `gpl/thumbnails/${thumbnail}`,
    };
  });
  return { scenes, firsts };
}

function boxAt(boxes: Uint16Array, at: number): Box {
  const [left, top, right, bottom] = boxes.subarray(at * 4, at * 4 + 4) as unknown as [number, number, number, number];
  return { left, top, right, bottom };
}
