import type { SyncBackend } from "../backend/backend.ts";
import { UnsupportedError } from "../errors/errors.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { referenceLogits } from "../reference/logits.ts";
import { fromNumbers, zeros } from "../tensor/create.ts";
import { isHalf } from "./attention-op.ts";
import { type ConformanceCase, type Numbers, neededInput, numberAttribute } from "./case.ts";
import type { NodeGraph } from "./graph/graph.ts";
import { runGraph } from "./graph/run.ts";
import { roundTo, toNumbers, toTensor } from "./tensors.ts";
import { typeNames } from "./types.ts";
import { weightedValues } from "./weighted-values.ts";

const attributes = ["prob_mod", "scale", "score_mod", "softmax_precision"];

/**
 * The preview operator FlexAttention: softmax(score_mod(scale·QKᵀ)) → prob_mod → ·V. A graph sees all scores at once,
 * so that its answer enters the problem as its bias, over logits of zero. So do scores in half precision, which the
 * operator rounds; its softmax is in float32.
 */
export function runFlexAttention(recorded: ConformanceCase, backend: SyncBackend): ReadonlyMap<string, Numbers> {
  for (const key of Object.keys(recorded.attributes)) {
    if (!attributes.includes(key)) throw new UnsupportedError(`attribute ${key} is not one of operator FlexAttention`);
  }
  const value = neededInput(recorded, 2);
  const type = neededInput(recorded, 0).type;
  const scale = numberAttribute(recorded, "scale");
  const problem: AttentionProblem = {
    query: toTensor(neededInput(recorded, 0)),
    key: toTensor(neededInput(recorded, 1)),
    value: toTensor(value),
    ...(scale !== undefined && { scale }),
  };
  const scoreGraph = graphAttribute(recorded, "score_mod");
  const probabilityGraph = graphAttribute(recorded, "prob_mod");
  const scored = scoreGraph || isHalf(type) ? withScores(problem, scoreGraph, type, backend) : problem;
  const { output, weights } = backend.attention(scored, { weights: Boolean(probabilityGraph) });
  const name = recorded.nodeOutputs[0]!;
  if (!probabilityGraph) return new Map([[name, toNumbers(output, type)]]);
  const precision = typeNames[numberAttribute(recorded, "softmax_precision") ?? 0];
  const probabilities = toNumbers(weights!, precision ?? (type === "float64" ? type : "float32"));
  const result = weightedValues(modified(probabilityGraph, probabilities), value);
  return new Map([[name, { type, dims: result.dims, data: roundTo(result.data, type) }]]);
}

/** The same problem with its logits computed, rounded and changed beforehand. */
function withScores(
  problem: AttentionProblem,
  graph: NodeGraph | undefined,
  type: string,
  { capabilities }: SyncBackend,
): AttentionProblem {
  const raw = toNumbers(referenceLogits(problem, "scaled"), type);
  const scores = graph ? modified(graph, raw) : raw;
  const dtype = capabilities.dtypes.includes("float64") ? "float64" : "float32";
  return {
    ...problem,
    query: zeros(problem.query.shape, problem.query.dtype),
    key: zeros(problem.key.shape, problem.key.dtype),
    bias: fromNumbers(scores.dims, scores.data, dtype),
  };
}

function modified(graph: NodeGraph, source: Numbers): Numbers {
  const result = runGraph(graph, source);
  if (result.dims.join() !== source.dims.join()) {
    throw new UnsupportedError(`graph: gives shape [${result.dims}], not [${source.dims}]`);
  }
  return result;
}

function graphAttribute({ name, attributes: given }: ConformanceCase, key: string): NodeGraph | undefined {
  const value = given[key];
  if (value === undefined || typeof value === "object") return value;
  throw new Error(`${name}: attribute ${key} is not a graph`);
}
