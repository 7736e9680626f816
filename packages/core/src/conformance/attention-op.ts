import type { Mask } from "@xattn/masking";
import type { SyncBackend } from "../backend/backend.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { validateProblem } from "../problem/validate.ts";
import { referenceLogits } from "../reference/logits.ts";
import { type ConformanceCase, inputAt, type Numbers, neededInput, numberAttribute } from "./case.ts";
import { stepwiseStages } from "./stepwise.ts";
import { append, dtypeOf, joinHeads, roundTo, splitHeads, toNumbers, toTensor } from "./tensors.ts";
import { typeNames } from "./types.ts";
import { weightedValues } from "./weighted-values.ts";

const attributes = [
  "is_causal",
  "kv_num_heads",
  "left_window_size",
  "q_num_heads",
  "qk_matmul_output_mode",
  "right_window_size",
  "scale",
  "softcap",
  "softmax_precision",
];

/** Whether half precision is rounded as the operator rounds it, step by step, or left to the backend. */
export type HalfSteps = "of the operator" | "of the backend";

/** The ONNX operator Attention (opsets 23, 24, 25) as an attention problem. */
export function runAttention(
  recorded: ConformanceCase,
  backend: SyncBackend,
  halfSteps: HalfSteps = "of the operator",
): ReadonlyMap<string, Numbers> {
  for (const key of Object.keys(recorded.attributes)) {
    if (!attributes.includes(key)) throw new UnsupportedError(`attribute ${key} is not one of operator Attention`);
  }
  const queryInput = neededInput(recorded, 0);
  const keyHeads = numberAttribute(recorded, "kv_num_heads");
  const query = splitHeads(queryInput, numberAttribute(recorded, "q_num_heads"));
  const key = splitHeads(neededInput(recorded, 1), keyHeads);
  const value = splitHeads(neededInput(recorded, 2), keyHeads);
  const pastKey = inputAt(recorded, 4);
  const pastValue = inputAt(recorded, 5);
  const problem = problemOf(recorded, { query, key, value, pastKey, pastValue });
  const mode = numberAttribute(recorded, "qk_matmul_output_mode") ?? 0;
  const compute = isHalf(queryInput.type) && halfSteps === "of the operator" ? inHalf : onBackend;
  const { output, stage } = compute(problem, { ...recorded, type: queryInput.type, mode }, backend);
  const outputs = new Map<string, Numbers>();
  const give = (place: number, make: () => Numbers) => {
    const name = recorded.nodeOutputs[place];
    if (name) outputs.set(name, make());
  };
  give(0, () => (queryInput.dims.length === 3 ? joinHeads(output) : output));
  give(1, () => append(pastKey, key));
  give(2, () => append(pastValue, value));
  give(3, stage);
  return outputs;
}

interface Wanted {
  readonly type: string;
  /** qk_matmul_output_mode */
  readonly mode: number;
  readonly attributes: ConformanceCase["attributes"];
  readonly nodeOutputs: readonly string[];
}

interface Computed {
  readonly output: Numbers;
  /** The output qk_matmul_output. */
  readonly stage: () => Numbers;
}

const stages = ["scaled", "modified", "masked", "weights"] as const;

function stageOf(mode: number): (typeof stages)[number] {
  const stage = stages[mode];
  if (!stage) throw new UnsupportedError(`qk_matmul_output_mode ${mode} is not one of 0, 1, 2, 3`);
  return stage;
}

function onBackend(problem: AttentionProblem, { type, mode, nodeOutputs }: Wanted, backend: SyncBackend): Computed {
  const stage = stageOf(mode);
  const { output, weights } = backend.attention(problem, { weights: Boolean(nodeOutputs[3]) && stage === "weights" });
  return {
    output: toNumbers(output, type),
    stage: () => toNumbers(stage === "weights" ? weights! : referenceLogits(problem, stage), type),
  };
}

/** Half precision is held to the roundings of the operator's own steps, which no backend makes. */
function inHalf(problem: AttentionProblem, { type, mode, attributes: given }: Wanted): Computed {
  const stage = stageOf(mode);
  const precision = typeof given.softmax_precision === "number" ? typeNames[given.softmax_precision] : type;
  const values = stepwiseStages(problem, dtypeOf(type), dtypeOf(precision ?? type));
  const dims = weightsShape(problem);
  const value = append(problem.past && toNumbers(problem.past.value, type), toNumbers(problem.value, type));
  const output = weightedValues({ type, dims, data: values.weights }, value);
  return {
    output: { ...output, data: roundTo(output.data, type) },
    stage: () => ({ type, dims, data: roundTo(values[stage], type) }),
  };
}

function weightsShape(problem: AttentionProblem): readonly number[] {
  const { batch, heads, n, m } = validateProblem(problem);
  return [batch, heads, n, m];
}

export function isHalf(type: string): boolean {
  return type === "float16" || type === "bfloat16";
}

interface NodeTensors {
  readonly query: Numbers;
  readonly key: Numbers;
  readonly value: Numbers;
  readonly pastKey: Numbers | undefined;
  readonly pastValue: Numbers | undefined;
}

function problemOf(
  recorded: ConformanceCase,
  { query, key, value, pastKey, pastValue }: NodeTensors,
): AttentionProblem {
  const scale = numberAttribute(recorded, "scale");
  const cap = numberAttribute(recorded, "softcap") ?? 0;
  const attentionMask = inputAt(recorded, 3);
  const keys = (pastKey?.dims[2] ?? 0) + key.dims[2]!;
  const padded = attentionMask && padLastAxis(attentionMask, keys);
  const isTruth = padded?.type === "bool";
  const masks = positionMasks(recorded, query.dims[2]!, pastKey);
  if (padded && isTruth) masks.push({ kind: "dense", shape: padded.dims, allowed: Array.from(padded.data, Boolean) });
  if (Boolean(pastKey) !== Boolean(pastValue)) throw new UnsupportedError("past_key and past_value come together");
  return {
    query: toTensor(query),
    key: toTensor(key),
    value: toTensor(value),
    ...(pastKey && pastValue && { past: { key: toTensor(pastKey), value: toTensor(pastValue) } }),
    ...(scale !== undefined && { scale }),
    ...(cap > 0 && { modifiers: [{ kind: "softcap" as const, cap }] }),
    ...(padded && !isTruth && { bias: toTensor(padded) }),
    ...(masks.length > 0 && { mask: { kind: "and" as const, masks } }),
  };
}

/** Causal frontier, window and padding. A query stands after the past, or at the end of its own entry's real keys. */
function positionMasks(recorded: ConformanceCase, queries: number, pastKey: Numbers | undefined): Mask[] {
  const realKeys = inputAt(recorded, 6);
  const lengths = realKeys && [...realKeys.data];
  const offset = pastKey ? pastKey.dims[2]! : (lengths?.map((length) => length - queries) ?? 0);
  const alignment = { offset };
  const left = limit(numberAttribute(recorded, "left_window_size"));
  const right = limit(numberAttribute(recorded, "right_window_size"));
  const masks: Mask[] = [];
  if (numberAttribute(recorded, "is_causal")) masks.push({ kind: "causal", alignment });
  if (left !== null || right !== null) masks.push({ kind: "window", left, right, alignment });
  if (lengths) masks.push({ kind: "padding", keys: lengths });
  return masks;
}

/** A negative size of a window is no limit. */
function limit(size: number | undefined): number | null {
  return size === undefined || size < 0 ? null : size;
}

/** A mask may be shorter than the keys: what it does not reach is forbidden, even behind a single column. */
function padLastAxis(mask: Numbers, keys: number): Numbers {
  const width = mask.dims.at(-1) ?? 1;
  if (width >= keys || mask.dims.length === 0) return mask;
  const rows = width === 0 ? mask.dims.slice(0, -1).reduce((a, b) => a * b, 1) : mask.data.length / width;
  const data = new Float64Array(rows * keys).fill(mask.type === "bool" ? 0 : Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row += 1) data.set(mask.data.subarray(row * width, (row + 1) * width), row * keys);
  return { ...mask, dims: [...mask.dims.slice(0, -1), keys], data };
}
