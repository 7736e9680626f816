import { tensor } from "@xattn/core";
import { readSafetensors, type SafeTensor, SafetensorsError, writeSafetensors } from "@xattn/data";
import type { GroundingModel } from "../model/model.ts";
import type { Gradients, ModelOptions, Parameters } from "../model/options.ts";
import { parameterShapes } from "../model/parameters.ts";
import type { Grid } from "../model/pool.ts";
import type { Checkpoint, TrainingRecord } from "./train.ts";

/** What a file of weights holds besides them, as JSON in its metadata. */
interface Described {
  readonly options: ModelOptions;
  readonly grid: Grid;
  readonly radii: readonly number[];
}

const preparationNames = ["regionMean", "regionDeviation", "wordMean"] as const;

/** A model and how it came to be, in the safetensors format: float64, so that every bit comes back. */
export function writeModel({ options, preparation, parameters }: GroundingModel, record: TrainingRecord): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    tensors.set(`parameters.${name}`, float64Tensor(shape, data));
  }
  for (const name of preparationNames) {
    tensors.set(`preparation.${name}`, float64Tensor([preparation[name].length], preparation[name]));
  }
  const described: Described = { options, grid: preparation.grid, radii: preparation.radii };
  return writeSafetensors({
    tensors,
    metadata: { format: "xattn grounding 1", model: JSON.stringify(described), record: JSON.stringify(record) },
  });
}

/** @throws SafetensorsError when the bytes are not what `writeModel` writes */
export function readModel(bytes: Uint8Array): { readonly model: GroundingModel; readonly record: TrainingRecord } {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== "xattn grounding 1") {
    throw new SafetensorsError(`metadata.format: "${metadata.format}"; needs "xattn grounding 1"`);
  }
  const { options, grid, radii } = JSON.parse(metadata.model!) as Described;
  const parameters = readParameters(tensors, "parameters.", options);
  const [regionMean, regionDeviation, wordMean] = preparationNames.map((name) =>
    float64Numbers(tensors, `preparation.${name}`),
  ) as [Float64Array, Float64Array, Float64Array];
  return {
    model: { options, preparation: { grid, radii, regionMean, regionDeviation, wordMean }, parameters },
    record: JSON.parse(metadata.record!) as TrainingRecord,
  };
}

/** Everything that training needs to go on, in the safetensors format. */
export function writeCheckpoint({ parameters, moments, epochs, running }: Checkpoint): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    tensors.set(`parameters.${name}`, float64Tensor(shape, data));
    tensors.set(`first.${name}`, float64Tensor(shape, moments.first[name]!));
    tensors.set(`second.${name}`, float64Tensor(shape, moments.second[name]!));
  }
  const progress = JSON.stringify({ step: moments.step, epochs, running });
  return writeSafetensors({ tensors, metadata: { format: "xattn checkpoint 1", progress } });
}

/** @throws SafetensorsError when the bytes are not what `writeCheckpoint` writes */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.format !== "xattn checkpoint 1") {
    throw new SafetensorsError(`metadata.format: "${metadata.format}"; needs "xattn checkpoint 1"`);
  }
  const { step, epochs, running } = JSON.parse(metadata.progress!) as Pick<Checkpoint, "epochs" | "running"> & {
    readonly step: number;
  };
  const names = [...tensors.keys()].filter((name) => name.startsWith("parameters.")).map((name) => name.slice(11));
  const parameters: Parameters = Object.fromEntries(
    names.map((name) => [
      name,
      tensor(tensors.get(`parameters.${name}`)!.shape, float64Numbers(tensors, `parameters.${name}`)),
    ]),
  );
  const moments = (which: string): Gradients =>
    Object.fromEntries(names.map((name) => [name, float64Numbers(tensors, `${which}.${name}`)]));
  return { parameters, moments: { step, first: moments("first"), second: moments("second") }, epochs, running };
}

function readParameters(tensors: ReadonlyMap<string, SafeTensor>, prefix: string, options: ModelOptions): Parameters {
  const entries = Object.entries(parameterShapes(options)).map(([name, shape]) => {
    const data = float64Numbers(tensors, prefix + name);
    const found = tensors.get(prefix + name)!.shape;
    if (found.join() !== shape.join()) {
      throw new SafetensorsError(`${prefix}${name}: shape [${found.join(", ")}]; needs [${shape.join(", ")}]`);
    }
    return [name, tensor(shape, data)] as const;
  });
  return Object.fromEntries(entries);
}

function float64Tensor(shape: readonly number[], data: Float64Array): SafeTensor {
  return { dtype: "F64", shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function float64Numbers(tensors: ReadonlyMap<string, SafeTensor>, name: string): Float64Array {
  const found = tensors.get(name);
  if (found?.dtype !== "F64") throw new SafetensorsError(`${name}: ${found?.dtype ?? "missing"}; needs F64`);
  return new Float64Array(Uint8Array.from(found.bytes).buffer);
}
