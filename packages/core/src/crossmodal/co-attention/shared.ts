import type { AttentionProblem } from "../../problem/problem.ts";
import { referenceLogits } from "../../reference/logits.ts";
import { convert } from "../../tensor/convert.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { VisionLanguage } from "../cross-modal/cross-modal.ts";
import { headWidth, joinHeads, splitHeads } from "../heads/heads.ts";
import { needRows } from "../multi-head/sizes.ts";
import { type Projection, project } from "../projection/projection.ts";
import { bindShape, showShape } from "../shape/bind-shape.ts";
import type { CoAttentionResult } from "./co-attention.ts";
import { softmaxOverKeys, softmaxOverQueries } from "./softmax-axes.ts";
import { weightedValues } from "./weighted-values.ts";

/** What shapes the one set of logits [b, h, n, m], of vision by language; both directions see the same. */
export interface SharedLogitOptions extends Pick<AttentionProblem, "scale" | "modifiers" | "bias" | "mask"> {
  /** Return the weights of both directions: [b, h, n, m] of vision, [b, h, m, n] of language. */
  readonly weights?: boolean;
}

/** Bi-directional attention over one shared QKᵀ (Liu et al. 2023, Grounding DINO, after Li et al. 2022, GLIP). */
export interface SharedCoAttention {
  readonly form: "shared";
  readonly vision: {
    /** [dv, h·d] */
    readonly query: Projection;
    /** [dv, h·e], what language gathers */
    readonly value: Projection;
    /** of vision's result: [h·f, out] */
    readonly output?: Projection;
  };
  readonly language: {
    /** [dl, h·d] */
    readonly key: Projection;
    /** [dl, h·f], what vision gathers */
    readonly value: Projection;
    /** of language's result: [h·e, out] */
    readonly output?: Projection;
  };
  /** 1 when absent. */
  readonly heads?: number;
  readonly options?: SharedLogitOptions;
}

export function sharedCoAttention(inputs: VisionLanguage, form: SharedCoAttention): CoAttentionResult {
  const { vision, language, heads = 1, options = {} } = form;
  checkShared(inputs, form, heads);
  const { weights: returned = false, ...shaping } = options;
  const seen = convert(inputs.vision, "float64");
  const read = convert(inputs.language, "float64");
  const query = splitHeads(project(seen, vision.query), heads);
  const key = splitHeads(project(read, language.key), heads);
  const logits = referenceLogits({ query, key, value: key, ...shaping });
  const finish = (weights: Tensor<"float64">, value: Tensor, like: Tensor, output?: Projection) => {
    const joined = joinHeads(weightedValues(weights, splitHeads(value, heads)));
    const result = convert(output ? project(joined, output) : joined, like.dtype);
    return { output: result, ...(returned && { weights }), path: "shared/standard" };
  };
  return {
    vision: finish(softmaxOverKeys(logits), project(read, language.value), inputs.vision, vision.output),
    language: finish(softmaxOverQueries(logits), project(seen, vision.value), inputs.language, language.output),
  };
}

function checkShared(inputs: VisionLanguage, { vision, language }: SharedCoAttention, heads: number): void {
  const { b, dv } = bindShape("vision", inputs.vision, ["b", "n", "dv"]);
  const ofVision = `vision ${showShape(inputs.vision.shape)}`;
  const { dl } = bindShape("language", inputs.language, ["b", "m", "dl"], { b }, ofVision);
  const ofLanguage = `language ${showShape(inputs.language.shape)}`;
  needRows("form.vision.query", vision.query, ["dv", "h·d"], dv, ofVision);
  const d = headWidth("form.vision.query.weight", vision.query.weight, heads, "h");
  needRows("form.language.key", language.key, ["dl", "h·d"], dl, ofLanguage);
  const ofQuery = `form.vision.query.weight ${showShape(vision.query.weight.shape)}`;
  bindShape("form.language.key.weight", language.key.weight, ["dl", "h·d"], { dl, h·d: heads * d }, ofQuery);
  const e = needRows("form.vision.value", vision.value, ["dv", "h·e"], dv, ofVision);
  headWidth("form.vision.value.weight", vision.value.weight, heads, "h");
  const f = needRows("form.language.value", language.value, ["dl", "h·f"], dl, ofLanguage);
  headWidth("form.language.value.weight", language.value.weight, heads, "h");
  if (vision.output) {
    const source = `form.language.value.weight ${showShape(language.value.weight.shape)}`;
    needRows("form.vision.output", vision.output, ["h·f", "out"], f, source);
  }
  if (language.output) {
    const source = `form.vision.value.weight ${showShape(vision.value.weight.shape)}`;
    needRows("form.language.output", language.output, ["h·e", "out"], e, source);
  }
}
