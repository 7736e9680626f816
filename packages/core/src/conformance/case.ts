import type { NodeGraph } from "./graph/graph.ts";

/** A tensor of any type as plain numbers, row-major; truth is 0 or 1. */
export interface Numbers {
  /** "float32", "float64", "float16", "bfloat16", "int64", "bool", … */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** One recorded node: its inputs, and the outputs that the operator must give. */
export interface ConformanceCase {
  readonly name: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, number | string | NodeGraph>>;
  /** Names in operator order; "" is an absent optional. */
  readonly nodeInputs: readonly string[];
  readonly nodeOutputs: readonly string[];
  readonly inputs: ReadonlyMap<string, Numbers>;
  readonly outputs: ReadonlyMap<string, Numbers>;
  readonly rtol: number;
  readonly atol: number;
}

interface RawTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

type RawCase = Omit<ConformanceCase, "name" | "inputs" | "outputs"> & {
  readonly case: string;
  readonly inputs: Readonly<Record<string, RawTensor>>;
  readonly outputs: Readonly<Record<string, RawTensor>>;
};

export function parseCase(text: string): ConformanceCase {
  const { case: name, inputs, outputs, ...rest } = JSON.parse(text) as RawCase;
  return { ...rest, name, inputs: tensors(inputs), outputs: tensors(outputs) };
}

export function parseTensor({ type, dims, data }: RawTensor): Numbers {
  return { type, dims, data: Float64Array.from(data, parseNumber) };
}

/** The input at a place of the operator's signature, undefined when it is absent. */
export function inputAt(recorded: ConformanceCase, place: number): Numbers | undefined {
  const name = recorded.nodeInputs[place];
  if (!name) return undefined;
  const found = recorded.inputs.get(name);
  if (!found) throw new Error(`${recorded.name}: input ${name} has no data`);
  return found;
}

export function neededInput(recorded: ConformanceCase, place: number): Numbers {
  const found = inputAt(recorded, place);
  if (!found) throw new Error(`${recorded.name}: input ${place} is needed`);
  return found;
}

export function numberAttribute({ name, attributes }: ConformanceCase, key: string): number | undefined {
  const value = attributes[key];
  if (value === undefined || typeof value === "number") return value;
  throw new Error(`${name}: attribute ${key} is not a number`);
}

function tensors(raw: Readonly<Record<string, RawTensor>>): ReadonlyMap<string, Numbers> {
  return new Map(Object.entries(raw).map(([name, tensor]) => [name, parseTensor(tensor)]));
}

const spelled: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Inf: Number.POSITIVE_INFINITY,
  Infinity: Number.POSITIVE_INFINITY,
  "-Inf": Number.NEGATIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

function parseNumber(value: number | string | boolean): number {
  return typeof value === "string" && value in spelled ? spelled[value]! : Number(value);
}
