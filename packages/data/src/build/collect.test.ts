import { seededRandom } from "@xattn/core";
import { expect, it } from "vitest";
import { nouns } from "../catalogue/nouns.ts";
import { patchCellNumbers, patchCells } from "../cue/patch.ts";
import { parsePack } from "../pack/parse.ts";
import { float32Tensor } from "../safetensors/elements.ts";
import { writeSafetensors } from "../safetensors/write.ts";
import { cellCount } from "../scene/size.ts";
import { networkWidth } from "../sources/network.ts";
import type { Reduction } from "./calibrate.ts";
import { collector } from "./collect.ts";
import type { MeasuredScene } from "./measure.ts";

const width = 4;
/** Keeps the first four of 480 numbers. */
const reduction: Reduction = {
  projection: {
    inputWidth: networkWidth,
    width,
    mean: new Float32Array(networkWidth),
    components: Float32Array.from({ length: width * networkWidth }, (_, at) =>
      at % networkWidth === Math.floor(at / networkWidth) ? 1 : 0,
    ),
  },
  scale: { centre: Float32Array.of(0, 1, 2, 3), step: new Float32Array(width).fill(0.5) },
};
const random = seededRandom(6);
const features = (cells: number) => Float32Array.from({ length: cells * networkWidth }, () => 3 * random.uniform());

const coverage = Float32Array.from({ length: cellCount }, (_, cell) => (cell === 17 ? 1 : cell === 18 ? 0.4 : 0));
const scene = (label: string, withCue: boolean): MeasuredScene => ({
  plan: { split: withCue ? "test" : "train", things: [], label },
  image: { width: 0, height: 0, data: new Uint8Array() },
  things: [
    {
      noun: 3,
      stamp: 1,
      mirrored: false,
      box: { left: 30, top: 32, right: 80, bottom: 64 },
      coverage,
      colours: { main: "red", present: ["red", "blue"] },
    },
    {
      noun: 0,
      stamp: 0,
      mirrored: true,
      box: { left: 1, top: 2, right: 3, bottom: 512 },
      coverage,
      colours: { main: undefined, present: [] },
    },
  ],
  features: features(cellCount),
  cues: withCue
    ? [0, 1].map((at) => ({
        box: { left: 100 * at, top: 7, right: 100 * at + 44, bottom: 51 },
        corner: { column: 2 + at, row: 9 },
        features: features(patchCells),
        kept: 1,
      }))
    : [],
});

it("is read back as it was measured: things, features within half a step, and the cue in its patch", () => {
  const scenes = [scene("scene:train:0", false), scene("scene:test:0", true), scene("scene:test:1", true)];
  const collected = collector(reduction);
  for (const each of scenes) collected.add(each);
  const photograph = features(cellCount);
  const words = [...new Set(nouns.flatMap(({ text }) => text.split(" ")))].sort();
  const { projection } = reduction;
  const index = {
    version: 1,
    seed: 1,
    nouns: nouns.map(({ text, group, stamps }, at) => ({
      text,
      group,
      seen: at !== 0,
      stamps: stamps.map((path, which) => ({ path, heldOut: which === 1 })),
    })),
    words,
    thumbnails: { "1": "b.jpg" },
    photographs: [{ file: "a.jpg", things: [] }],
  };
  const tensors = (entries: ConstructorParameters<typeof Map<string, ReturnType<typeof float32Tensor>>>[0]) =>
    writeSafetensors({ tensors: new Map(entries), metadata: {} });
  const pack = parsePack({
    "index.json5": new TextEncoder().encode(JSON.stringify(index)),
    "scenes.safetensors": tensors([...collected.tensors([photograph])]),
    "words.safetensors": tensors([["vectors", float32Tensor([words.length, 2], new Float32Array(words.length * 2))]]),
    "projection.safetensors": tensors([
      ["components", float32Tensor([width, networkWidth], projection.components)],
      ["mean", float32Tensor([networkWidth], projection.mean)],
    ]),
  });

  const [plain, cued] = pack.scenes as [(typeof pack.scenes)[number], (typeof pack.scenes)[number]];
  expect([plain.split, plain.hasCue, plain.thumbnail]).toEqual(["train", false, undefined]);
  expect([cued.split, cued.hasCue, cued.thumbnail]).toEqual(["test", true, "gpl/thumbnails/b.jpg"]);
  const [first, second] = cued.things;
  expect(first).toMatchObject({ noun: nouns[3]!.text, stamp: nouns[3]!.stamps[1], pictureSeen: false, colour: "red" });
  expect(first!.box).toEqual({ left: 30, top: 32, right: 80, bottom: 64 });
  expect([...first!.colours].sort()).toEqual(["blue", "red"]);
  expect([first!.coverage[17], first!.coverage[19]]).toEqual([1, 0]);
  expect(first!.coverage[18]).toBeCloseTo(0.4, 5);
  expect(second).toMatchObject({ colour: undefined, colours: [], pictureSeen: false });

  const near = (stored: Float32Array, cell: number, from: Float32Array, row: number) => {
    for (let k = 0; k < width; k += 1) {
      expect(Math.abs(stored[cell * width + k]! - from[row * networkWidth + k]!)).toBeLessThanOrEqual(0.2501);
    }
  };
  const without = pack.featuresOf(cued);
  const marked = pack.featuresWithCue(cued, 1);
  const patch = patchCellNumbers({ column: 3, row: 9 });
  for (let cell = 0; cell < cellCount; cell += 1) {
    near(without, cell, scenes[1]!.features, cell);
    const at = patch.indexOf(cell);
    if (at === -1) near(marked, cell, scenes[1]!.features, cell);
    else near(marked, cell, scenes[1]!.cues[1]!.features, at);
    near(pack.photographFeatures(pack.photographs[0]!), cell, photograph, cell);
  }
  expect(pack.markerBoxOf(cued, 1)).toEqual({ left: 100, top: 7, right: 144, bottom: 51 });
  // The next scene has a cue beside its first thing; this one has no third thing.
  expect(() => pack.featuresWithCue(cued, 2)).toThrow(/does not know scene 1 with the marker beside thing 2/);
  expect(pack.markerBoxOf(cued, 2)).toBeUndefined();
});
