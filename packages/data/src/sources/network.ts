import { readFileSync } from "node:fs";
import { channels, type Image } from "../image/image.ts";
import { sceneSide } from "../scene/size.ts";
import { SourceError } from "./errors.ts";
import { requireVendor, vendorFile } from "./npm.ts";

/** Channels of the network's last feature map, before its heads. */
export const networkWidth = 480;

/** CenterNet on MobileNetV3, trained on COCO, as `@vladmandic/human` ships it. */
export interface Network {
  /** [256, 480]: the last feature map of the trunk for a picture of 512×512 pixels, a cell after the other. */
  features(image: Image): Float32Array;
}

interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}

interface Tfjs {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor4d(values: Float32Array, shape: readonly number[]): Tensor;
}

interface GraphModel {
  execute(inputs: Readonly<Record<string, Tensor>>, output: string): Tensor;
}

interface Converter {
  loadGraphModel(handler: { load(): Promise<unknown> }): Promise<GraphModel>;
}

interface WasmBackend {
  setWasmPaths(prefix: string): void;
  setThreadsCount(count: number): void;
}

const inputName = "tower_0/images";
const trunkOutput = "tower_0/extern1/hard_swish/mul_1";

/** @throws SourceError when the WASM backend does not start */
export async function loadNetwork(): Promise<Network> {
  const tf = requireVendor<Tfjs>("@tensorflow/tfjs-core");
  const wasm = requireVendor<WasmBackend>("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(vendorFile("@tensorflow/tfjs-backend-wasm", "dist/"));
  // One thread: the same order of additions, hence the same bytes, on every machine.
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new SourceError("@tensorflow/tfjs-backend-wasm: does not start");
  await tf.ready();
  const model = await requireVendor<Converter>("@tensorflow/tfjs-converter").loadGraphModel({
    load: async () => modelArtifacts(),
  });
  return {
    features(image) {
      const input = tf.tensor4d(pixelsOf(image), [1, sceneSide, sceneSide, 3]);
      const output = model.execute({ [inputName]: input }, trunkOutput);
      const features = Float32Array.from(output.dataSync());
      input.dispose();
      output.dispose();
      return features;
    },
  };
}

function modelArtifacts(): unknown {
  const description = JSON.parse(readFileSync(vendorFile("@vladmandic/human", "models/centernet.json"), "utf8")) as {
    readonly modelTopology: unknown;
    readonly format: string;
    readonly signature: unknown;
    readonly weightsManifest: readonly { readonly weights: readonly unknown[] }[];
  };
  const weights = Uint8Array.from(readFileSync(vendorFile("@vladmandic/human", "models/centernet.bin")));
  return {
    modelTopology: description.modelTopology,
    format: description.format,
    signature: description.signature,
    weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer,
  };
}

/** Red, green and blue as the network wants them: 0 … 255, not normalized. */
function pixelsOf({ width, height, data }: Image): Float32Array {
  if (width !== sceneSide || height !== sceneSide) {
    throw new RangeError(`image: is ${width}×${height} pixels, the network takes ${sceneSide}×${sceneSide}`);
  }
  const pixels = new Float32Array(sceneSide * sceneSide * 3);
  for (let pixel = 0; pixel < sceneSide * sceneSide; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[pixel * 3 + channel] = data[pixel * channels + channel]!;
    }
  }
  return pixels;
}
