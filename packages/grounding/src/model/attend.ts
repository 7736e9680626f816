import {
  type AttentionProblem,
  attention,
  attentionVjp,
  joinHeads,
  splitHeads,
  type Tensor,
  tensor,
} from "@xattn/core";
import { linear } from "./linear.ts";
import { addLogitGradients, wordMajorLogits } from "./logits.ts";
import { addScaled } from "./matrix.ts";
import type { Gradients, ModelOptions, Parameters } from "./options.ts";
import { appendRow, dropLastRows } from "./rows.ts";
import { unitHeads } from "./unit-heads.ts";

/** The two streams that meet: language [b, m, dl] and vision [b, n, dv], as numbers. */
export interface Streams {
  readonly batch: number;
  readonly words: number;
  readonly cells: number;
  readonly language: Float64Array;
  readonly vision: Float64Array;
}

/** Words always come first, whichever side asked. */
export interface Attended {
  /** [b, h, m, n] */
  readonly logits: Float64Array;
  /** [b, h, m, n]. Sums to 1 over the cells when language asks; with the null word's, over the words when vision asks. */
  readonly weights: Float64Array;
  /** What each row of the asking stream gathered, through W^O: [b, m or n, out]. */
  readonly gathered: Float64Array;
  /** Adds to the gradients of the block's parameters and gives those by the two streams. */
  pull(of: AttendedGradients, into: Gradients): StreamGradients;
}

/** Gradients of a scalar by the results; absent ones are 0. */
export interface AttendedGradients {
  readonly logits?: Float64Array | undefined;
  readonly weights?: Float64Array | undefined;
  readonly gathered?: Float64Array | undefined;
}

/** Computed when asked for: raw features need none. */
export interface StreamGradients {
  language(): Float64Array;
  vision(): Float64Array;
}

/**
 * One multi-head cross-modal attention with its projections, in float64. Language asks with W_Q^L and looks at vision
 * through W_K^V and W_V^V, or the reverse (Lu et al. 2019, section 3.1). Where vision asks, a learned null word stands
 * after the others for the cells that show none of them: without it, a cell would have to choose a word even where there
 * is one word only.
 */
export function attend(streams: Streams, parameters: Parameters, block: string, options: ModelOptions): Attended {
  const { batch, words, cells } = streams;
  const { heads, headWidth: d, valueWidth: e, variant, cosine } = options;
  const towards = options.direction === "languageAttendsVision";
  const keys = towards ? cells : words + 1;
  const queries = towards ? words : cells;
  const language = towards
    ? streams.language
    : appendRow(streams.language, batch, words, parameters[`${block}.null`]!.data);
  const [asking, asked] = towards ? [language, streams.vision] : [streams.vision, language];

  const query = linear(parameters, `${block}.query`, asking);
  const key = linear(parameters, `${block}.key`, asked);
  const temperature = parameters[`${block}.temperature`]?.data ?? new Float64Array(heads);
  const unitQuery = cosine ? unitHeads(query.output, d, temperature) : undefined;
  const unitKey = cosine ? unitHeads(key.output, d, temperature) : undefined;
  const pairs = {
    query: splitHeads(tensor([batch, queries, heads * d], unitQuery?.output ?? query.output), heads),
    key: splitHeads(tensor([batch, keys, heads * d], unitKey?.output ?? key.output), heads),
    scale: cosine ? 1 : 1 / Math.sqrt(d),
  };
  // Scores need no more than the logits: the attention itself is computed when it is asked for.
  const rest = lazily(() => {
    const value = linear(parameters, `${block}.value`, asked);
    const values = splitHeads(tensor([batch, keys, heads * e], value.output), heads);
    const problem: AttentionProblem = { ...pairs, value: values, variant };
    const result = attention(pairs.query, pairs.key, values, {
      backend: "reference",
      weights: true,
      scale: pairs.scale,
      variant,
    });
    const output = linear(parameters, `${block}.output`, joined(result.output));
    const weights = result.weights!.data as Float64Array;
    return {
      problem,
      value,
      output,
      weights: towards ? weights : wordMajor(weights, batch * heads, cells, words),
    };
  });

  return {
    logits: wordMajorLogits(pairs, towards, words),
    get weights() {
      return rest().weights;
    },
    get gathered() {
      return rest().output.output;
    },
    pull(of, into) {
      const ofQuery = new Float64Array(pairs.query.data.length);
      const ofKey = new Float64Array(pairs.key.data.length);
      if (of.gathered || of.weights) {
        const { problem, value, output } = rest();
        const ofOutput = new Float64Array(batch * queries * heads * e);
        if (of.gathered) {
          output.pullParameters(of.gathered, into);
          addScaled(ofOutput, output.pullInput(of.gathered));
        }
        const weightsGradient =
          of.weights && (towards ? of.weights : keyMajor(of.weights, batch * heads, cells, words));
        const gradients = attentionVjp(
          problem,
          splitHeads(tensor([batch, queries, heads * e], ofOutput), heads),
          weightsGradient ? { weightsGradient: tensor([batch, heads, queries, keys], weightsGradient) } : {},
        );
        addScaled(ofQuery, gradients.query.data);
        addScaled(ofKey, gradients.key.data);
        value.pullParameters(joined(gradients.value), into);
        return projections(value.pullInput(joined(gradients.value)));
      }
      return projections(undefined);

      function projections(throughValue: Float64Array | undefined): StreamGradients {
        if (of.logits) addLogitGradients(pairs, towards, words, of.logits, ofQuery, ofKey);
        const ofTemperature = into[`${block}.temperature`] ?? new Float64Array(heads);
        const rowsOfQuery = joined(tensor([batch, heads, queries, d], ofQuery));
        const rowsOfKey = joined(tensor([batch, heads, keys, d], ofKey));
        const pulledQuery = unitQuery ? unitQuery.pull(rowsOfQuery, ofTemperature) : rowsOfQuery;
        const pulledKey = unitKey ? unitKey.pull(rowsOfKey, ofTemperature) : rowsOfKey;
        query.pullParameters(pulledQuery, into);
        key.pullParameters(pulledKey, into);
        const ofAsking = () => query.pullInput(pulledQuery);
        const ofAsked = () => {
          const gradient = key.pullInput(pulledKey);
          if (throughValue) addScaled(gradient, throughValue);
          return gradient;
        };
        if (towards) return { language: ofAsking, vision: ofAsked };
        // The null word is a parameter: its gradient is always taken.
        const ofLanguage = dropLastRows(ofAsked(), batch, words, into[`${block}.null`]!);
        return { language: () => ofLanguage, vision: ofAsking };
      }
    },
  };
}

function lazily<Value>(compute: () => Value): () => Value {
  let known: { readonly value: Value } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

function joined(x: Tensor): Float64Array {
  return joinHeads(x).data as Float64Array;
}

/** [p, n, m + 1] → [p, m, n]: the null word's column is left out. */
function wordMajor(source: Float64Array, pieces: number, cells: number, words: number): Float64Array {
  const result = new Float64Array(pieces * words * cells);
  for (let piece = 0; piece < pieces; piece += 1) {
    for (let cell = 0; cell < cells; cell += 1) {
      const row = (piece * cells + cell) * (words + 1);
      for (let word = 0; word < words; word += 1) result[(piece * words + word) * cells + cell] = source[row + word]!;
    }
  }
  return result;
}

/** [p, m, n] → [p, n, m + 1], 0 for the null word. */
function keyMajor(source: Float64Array, pieces: number, cells: number, words: number): Float64Array {
  const result = new Float64Array(pieces * cells * (words + 1));
  for (let piece = 0; piece < pieces; piece += 1) {
    for (let cell = 0; cell < cells; cell += 1) {
      const row = (piece * cells + cell) * (words + 1);
      for (let word = 0; word < words; word += 1) result[row + word] = source[(piece * words + word) * cells + cell]!;
    }
  }
  return result;
}
