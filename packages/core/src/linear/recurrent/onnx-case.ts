import { ArgumentError, UnsupportedError } from "../../errors/errors.ts";
import { toFloat64 } from "../../tensor/convert.ts";
import { fromNumbers } from "../../tensor/create.ts";
import type { DType, Tensor } from "../../tensor/tensor.ts";
import { plainRecurrentAttention } from "./plain.ts";
import type { RecurrentProblem, RecurrentResult, UpdateRule } from "./problem.ts";
import { referenceRecurrentAttention } from "./reference.ts";

/** A tensor of a conformance case: row-major numbers, of which NaN and the infinities are written as strings. */
export interface CaseTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly (number | string)[];
}

/** What a conformance case says of one node: inputs and outputs by name, the names in operator order. */
export interface LinearAttentionCase {
  readonly op: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** "" is an absent optional input. */
  readonly nodeInputs: readonly string[];
  readonly nodeOutputs: readonly string[];
  readonly inputs: Readonly<Record<string, CaseTensor>>;
}

/**
 * Runs one node of the ONNX operator LinearAttention (opset 27): attributes q_num_heads, kv_num_heads, update_rule
 * (gated_delta when absent), scale (1/√d when absent or 0) and chunk_size, a hint that changes no result.
 *
 * @param compute "plain" computes in float32 and gives the element types of the operator; "reference" gives float64;
 * float64 inputs always take the reference
 * @returns the outputs that the node names
 * @throws UnsupportedError for another operator, an unknown attribute or input, or an element type that is no float
 * @throws ShapeError, ArgumentError when the node is not sound
 */
export function runLinearAttentionCase(
  node: LinearAttentionCase,
  compute: "plain" | "reference" = "plain",
): Readonly<Record<string, Tensor>> {
  const problem = problemOf(node);
  const inReference = compute === "reference" || problem.query.dtype === "float64";
  const result: RecurrentResult = inReference
    ? referenceRecurrentAttention(problem)
    : plainRecurrentAttention(problem, (floats) => new Float32Array(floats));
  const outputs = [result.output, result.presentState];
  return Object.fromEntries(
    node.nodeOutputs.flatMap((name, position) => {
      const output = outputs[position];
      if (!output) throw new UnsupportedError(`nodeOutputs[${position}]: LinearAttention has no such output`);
      return name === "" ? [] : [[name, output]];
    }),
  );
}

const inputNames = ["query", "key", "value", "pastState", "decay", "beta"] as const;
const attributeNames = ["q_num_heads", "kv_num_heads", "update_rule", "scale", "chunk_size"];

function problemOf({ op, attributes, nodeInputs, inputs }: LinearAttentionCase): RecurrentProblem {
  if (op !== "LinearAttention") throw new UnsupportedError(`op: "${op}" is not LinearAttention`);
  const unknown = Object.keys(attributes).find((name) => !attributeNames.includes(name));
  if (unknown) throw new UnsupportedError(`attributes.${unknown}: LinearAttention has no such attribute`);
  const given: { [Name in (typeof inputNames)[number]]?: Tensor } = {};
  for (const [position, name] of nodeInputs.entries()) {
    if (name === "") continue;
    const role = inputNames[position];
    if (!role) throw new UnsupportedError(`nodeInputs[${position}]: LinearAttention has no such input`);
    given[role] = tensorOf(name, inputs[name]);
  }
  const { query, key, value, ...rest } = given;
  if (!query || !key || !value) throw new ArgumentError("nodeInputs: query, key and value are needed");
  const scale = numberOf(attributes, "scale", 0);
  return {
    ...rest,
    query,
    key,
    value,
    heads: numberOf(attributes, "q_num_heads"),
    keyHeads: numberOf(attributes, "kv_num_heads"),
    // The check of the problem refuses what is no rule.
    updateRule: String(attributes.update_rule ?? "gated_delta") as UpdateRule,
    ...(scale !== 0 && { scale }),
  };
}

function numberOf(attributes: Readonly<Record<string, unknown>>, name: string, absent?: number): number {
  const value = attributes[name] ?? absent;
  if (typeof value !== "number") throw new ArgumentError(`attributes.${name}: ${String(value)} is not a number`);
  return value;
}

const elementTypes: Readonly<Record<string, DType>> = {
  float: "float32",
  float32: "float32",
  float64: "float64",
  double: "float64",
  float16: "float16",
  bfloat16: "bfloat16",
};

function tensorOf(name: string, source: CaseTensor | undefined): Tensor {
  if (!source) throw new ArgumentError(`inputs.${name}: named by the node but not given`);
  const dtype = elementTypes[source.type];
  if (!dtype) throw new UnsupportedError(`inputs.${name}: element type ${source.type} is no float`);
  return fromNumbers(source.dims, source.data.map(Number), dtype);
}

/** The elements of a case's tensor as numbers. */
export function caseNumbers(source: CaseTensor): Float64Array {
  return toFloat64(tensorOf("tensor", source));
}
