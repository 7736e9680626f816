import { additiveBias, isPlainCausal } from "../inputs/bias.ts";
import { repeatHeads, toHeadMajor, toSequenceMajor } from "../inputs/layout.ts";
import type { PeerProblem } from "../inputs/problem.ts";
import { type GraphNode, type GraphValue, onnxModel } from "./model.ts";

/** An attention as an ONNX model with its inputs. */
export interface OnnxAttention {
  readonly model: Uint8Array;
  readonly inputs: readonly (GraphValue & { readonly data: Float32Array })[];
  readonly output: GraphValue;
  /** What the model computed, as [h, n, e]. */
  readonly read: (output: Float32Array) => Float32Array;
}

export type OnnxForm = (problem: PeerProblem) => OnnxAttention;

/** The version of each operator set that is asked for: the first with Attention, and the contributed operators. */
const onnxOperators = 23;
const contributedOperators = 1;
const contributed = "com.microsoft";

/**
 * The fused operator that onnxruntime contributes: com.microsoft MultiHeadAttention (ContribOperators.md). Inputs and
 * output are [1, rows, heads·width], as projections leave them. It has no grouped queries: heads are repeated.
 */
export const multiHeadAttention: OnnxForm = ({ shape, query, key, value }) => {
  const { heads, keyHeads, n, m, d, e } = shape;
  const spread = (data: Float32Array, width: number) =>
    toSequenceMajor(repeatHeads(data, keyHeads, heads), heads, m, width);
  const causal = isPlainCausal(shape);
  const bias = causal ? [] : biasInput(additiveBias(shape), [1, 1, n, m]);
  const inputs = [
    { name: "query", shape: [1, n, heads * d], data: toSequenceMajor(query, heads, n, d) },
    { name: "key", shape: [1, m, heads * d], data: spread(key, d) },
    { name: "value", shape: [1, m, heads * e], data: spread(value, e) },
    ...bias,
  ];
  const node: GraphNode = {
    operator: "MultiHeadAttention",
    domain: contributed,
    // Between value and the logits' bias stand the projections' bias and the padding mask.
    inputs: ["query", "key", "value", ...(bias.length > 0 ? ["", "", "bias"] : [])],
    outputs: ["output"],
    attributes: {
      num_heads: { kind: "integer", value: heads },
      scale: { kind: "float", value: 1 / Math.sqrt(d) },
      unidirectional: { kind: "integer", value: causal ? 1 : 0 },
    },
  };
  return assemble(inputs, [1, n, heads * e], [node], (output) => toHeadMajor(output, heads, n, e));
};

/** The operator of the ONNX standard: Attention, operator set 23. Grouped queries are its own. */
export const onnxAttention: OnnxForm = ({ shape, query, key, value }) => {
  const { heads, keyHeads, n, m, d, e } = shape;
  const causal = isPlainCausal(shape);
  const bias = causal ? [] : biasInput(additiveBias(shape), [n, m]);
  const inputs = [
    { name: "query", shape: [1, heads, n, d], data: query },
    { name: "key", shape: [1, keyHeads, m, d], data: key },
    { name: "value", shape: [1, keyHeads, m, e], data: value },
    ...bias,
  ];
  const node: GraphNode = {
    operator: "Attention",
    inputs: inputs.map(({ name }) => name),
    outputs: ["output"],
    attributes: {
      scale: { kind: "float", value: 1 / Math.sqrt(d) },
      is_causal: { kind: "integer", value: causal ? 1 : 0 },
    },
  };
  return assemble(inputs, [1, heads, n, e], [node], (output) => output);
};

/**
 * Transpose, MatMul, Mul, Add where there is a mask, Softmax, MatMul: what exporters write. The runtime fuses the
 * transposition and the scale into the first product. Heads are repeated where queries are grouped.
 */
export const matmulSoftmaxMatmul: OnnxForm = ({ shape, query, key, value }) => {
  const { heads, keyHeads, n, m, d, e } = shape;
  const bias = biasInput(additiveBias(shape), [1, 1, n, m]);
  const inputs = [
    { name: "query", shape: [1, heads, n, d], data: query },
    { name: "key", shape: [1, heads, m, d], data: repeatHeads(key, keyHeads, heads) },
    { name: "value", shape: [1, heads, m, e], data: repeatHeads(value, keyHeads, heads) },
    ...bias,
  ];
  const logits = bias.length > 0 ? "masked" : "logits";
  const nodes: GraphNode[] = [
    {
      operator: "Transpose",
      inputs: ["key"],
      outputs: ["transposed"],
      attributes: { perm: { kind: "integers", value: [0, 1, 3, 2] } },
    },
    { operator: "MatMul", inputs: ["query", "transposed"], outputs: ["product"] },
    { operator: "Mul", inputs: ["product", "scale"], outputs: ["logits"] },
    ...(bias.length > 0 ? [{ operator: "Add", inputs: ["logits", "bias"], outputs: ["masked"] }] : []),
    {
      operator: "Softmax",
      inputs: [logits],
      outputs: ["weights"],
      attributes: { axis: { kind: "integer", value: 3 } },
    },
    { operator: "MatMul", inputs: ["weights", "value"], outputs: ["output"] },
  ];
  return assemble(inputs, [1, heads, n, e], nodes, (output) => output, { scale: 1 / Math.sqrt(d) });
};

function biasInput(data: Float32Array | undefined, shape: readonly number[]) {
  return data ? [{ name: "bias", shape, data }] : [];
}

function assemble(
  inputs: OnnxAttention["inputs"],
  outputShape: readonly number[],
  nodes: readonly GraphNode[],
  read: OnnxAttention["read"],
  scalars: Readonly<Record<string, number>> = {},
): OnnxAttention {
  const output = { name: "output", shape: outputShape };
  const operatorSets = { "": onnxOperators, [contributed]: contributedOperators };
  return { model: onnxModel({ inputs, outputs: [output], nodes, scalars, operatorSets }), inputs, output, read };
}
