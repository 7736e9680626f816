import { defaultFeatureMap, referenceLinearAttention } from "../linear/index.ts";
import { defaultChunk } from "../problem/defaults.ts";
import { describeVariant } from "../problem/describe.ts";
import { needLogSumExp } from "../problem/log-sum-exp.ts";
import type { AttentionOutputs, AttentionProblem, AttentionResult } from "../problem/problem.ts";
import { withUnitValues } from "../problem/unit-values.ts";
import { validateProblem } from "../problem/validate.ts";
import type { FeatureMap, Variant } from "../problem/variant.ts";
import { toFloat64 } from "../tensor/convert.ts";
import { zeros } from "../tensor/create.ts";
import { chunkedRow } from "./chunked.ts";
import { entmax } from "./entmax.ts";
import { logitsOf } from "./logits.ts";
import { cachedMatricesOf, type Rows, weightedSum } from "./rows.ts";
import { softmax } from "./softmax.ts";
import { keepLargest } from "./top-k.ts";

type ExactVariant = Exclude<Variant, { kind: "linear" }>;

interface Row {
  readonly weights: Float64Array;
  readonly output: Float64Array;
  readonly logSumExp: number;
}

/**
 * Attention in float64, whatever the element type of the inputs, with all weights in memory: the standard that the
 * other backends are held to. Results are float64.
 *
 * @throws ShapeError, ArgumentError when the problem is not sound
 * @throws UnsupportedError for the log-sum-exp of entmax and linear attention, which are not normalized by one, and for
 * what `referenceLinearAttention` does not compute
 */
export function referenceAttention(problem: AttentionProblem, outputs: AttentionOutputs = {}): AttentionResult {
  const sizes = validateProblem(problem);
  const variant = problem.variant ?? { kind: "standard" };
  if (outputs.logSumExp) needLogSumExp(variant);
  if (variant.kind === "linear") return linear(problem, variant.featureMap ?? defaultFeatureMap, outputs);
  const { batch, heads, n, m, e } = sizes;
  const logits = logitsOf(problem, sizes);
  const values = cachedMatricesOf(problem.past?.value, problem.value, sizes);
  const sinks = problem.sinks && toFloat64(problem.sinks);
  const output = zeros([batch, heads, n, e], "float64");
  const weights = outputs.weights ? zeros([batch, heads, n, m], "float64") : undefined;
  const logSumExp = outputs.logSumExp ? zeros([batch, heads, n], "float64") : undefined;

  for (let b = 0; b < batch; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const v = values(b, h);
      logits(b, h).forEach((x, i) => {
        const row = attend(variant, x, v, e, sinks?.[h] ?? Number.NEGATIVE_INFINITY);
        const index = (b * heads + h) * n + i;
        output.data.set(row.output, index * e);
        weights?.data.set(row.weights, index * m);
        logSumExp?.data.fill(row.logSumExp, index, index + 1);
      });
    }
  }
  return {
    output,
    ...(weights && { weights }),
    ...(logSumExp && { logSumExp }),
    path: `reference/${describeVariant(variant)}`,
  };
}

function linear(problem: AttentionProblem, featureMap: FeatureMap, outputs: AttentionOutputs): AttentionResult {
  return {
    output: referenceLinearAttention(problem, featureMap).output,
    ...(outputs.weights && { weights: referenceLinearAttention(withUnitValues(problem), featureMap).output }),
    path: `reference/${describeVariant({ kind: "linear", featureMap })}`,
  };
}

function attend(variant: ExactVariant, logits: Float64Array, values: Rows, width: number, sink: number): Row {
  switch (variant.kind) {
    case "standard":
      return sum(softmax(logits, sink), values, width);
    case "chunked":
      return chunkedRow(logits, values, width, variant.chunk ?? defaultChunk, sink);
    case "topK":
      return sum(softmax(keepLargest(logits, variant.k), sink), values, width);
    case "entmax":
      return sum({ weights: entmax(logits, sink), logSumExp: Number.NaN }, values, width);
  }
}

function sum(row: Omit<Row, "output">, values: Rows, width: number): Row {
  return { ...row, output: weightedSum(row.weights, values, width) };
}
