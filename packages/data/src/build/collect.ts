import { colourNames } from "../colour/colour.ts";
import { patchCells } from "../cue/patch.ts";
import { partsToNibbles, toNibbles } from "../features/nibbles.ts";
import { project } from "../features/projection.ts";
import { splitNames } from "../pack/scene.ts";
import { float32Tensor, uint8Tensor } from "../safetensors/elements.ts";
import type { SafeTensor } from "../safetensors/tensor.ts";
import type { Box } from "../scene/layout.ts";
import { cellCount } from "../scene/size.ts";
import type { Reduction } from "./calibrate.ts";
import type { MeasuredScene } from "./measure.ts";

const noColour = 255;

/** Gathers scenes as columns of numbers, the form that the pack keeps them in. */
export function collector({ projection, scale }: Reduction) {
  const half = projection.width / 2;
  const encode = (features: Float32Array) => toNibbles(project(projection, features), scale);
  const scene = { split: [] as number[], things: [] as number[], features: [] as Uint8Array[] };
  const thing = {
    noun: [] as number[],
    stamp: [] as number[],
    box: [] as number[],
    colour: [] as number[],
    colours: [] as number[],
    coverage: [] as Uint8Array[],
  };
  const cue = { thing: [] as number[], box: [] as number[], corner: [] as number[], features: [] as Uint8Array[] };
  return {
    /** @returns the scene's codes, [256, width / 2] */
    add({ plan, things, features, cues }: MeasuredScene): Uint8Array {
      cues.forEach(({ box, corner, features: patch }, index) => {
        cue.thing.push(thing.noun.length + index);
        cue.box.push(...cornersOf(box));
        cue.corner.push(corner.column, corner.row);
        cue.features.push(encode(patch));
      });
      for (const { noun, stamp, box, colours, coverage } of things) {
        thing.noun.push(noun);
        thing.stamp.push(stamp);
        thing.box.push(...cornersOf(box));
        thing.colour.push(colours.main === undefined ? noColour : colourNames.indexOf(colours.main));
        thing.colours.push(colours.present.reduce((bits, name) => bits | (1 << colourNames.indexOf(name)), 0));
        thing.coverage.push(partsToNibbles(coverage));
      }
      const codes = encode(features);
      scene.split.push(splitNames.indexOf(plan.split));
      scene.things.push(things.length);
      scene.features.push(codes);
      return codes;
    },
    /** @param photographs the network's features of each, [256, 480] */
    tensors(photographs: readonly Float32Array[]): Map<string, SafeTensor> {
      const [scenes, things, cues] = [scene.split.length, thing.noun.length, cue.thing.length];
      return new Map([
        ["scene.split", uint8Tensor([scenes], Uint8Array.from(scene.split))],
        ["scene.things", uint8Tensor([scenes], Uint8Array.from(scene.things))],
        ["scene.features", uint8Tensor([scenes, cellCount, half], join(scene.features))],
        ["thing.noun", uint16Tensor([things], thing.noun)],
        ["thing.stamp", uint8Tensor([things], Uint8Array.from(thing.stamp))],
        ["thing.box", uint16Tensor([things, 4], thing.box)],
        ["thing.colour", uint8Tensor([things], Uint8Array.from(thing.colour))],
        ["thing.colours", uint16Tensor([things], thing.colours)],
        ["thing.coverage", uint8Tensor([things, cellCount / 2], join(thing.coverage))],
        ["cue.thing", int32Tensor([cues], cue.thing)],
        ["cue.box", uint16Tensor([cues, 4], cue.box)],
        ["cue.corner", uint8Tensor([cues, 2], Uint8Array.from(cue.corner))],
        ["cue.features", uint8Tensor([cues, patchCells, half], join(cue.features))],
        ["photograph.features", uint8Tensor([photographs.length, cellCount, half], join(photographs.map(encode)))],
        ["feature.centre", float32Tensor([projection.width], scale.centre)],
        ["feature.step", float32Tensor([projection.width], scale.step)],
      ]);
    },
  };
}

function cornersOf({ left, top, right, bottom }: Box): readonly [number, number, number, number] {
  return [left, top, right, bottom];
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function uint16Tensor(shape: readonly number[], values: readonly number[]): SafeTensor {
  return { dtype: "U16", shape, bytes: new Uint8Array(Uint16Array.from(values).buffer) };
}

function int32Tensor(shape: readonly number[], values: readonly number[]): SafeTensor {
  return { dtype: "I32", shape, bytes: new Uint8Array(Int32Array.from(values).buffer) };
}
