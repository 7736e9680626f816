import { causal, padding } from "@xattn/masking";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attention } from "../../attention/attention.ts";
import { ArgumentError, ShapeError } from "../../errors/errors.ts";
import { type Random, seededRandom } from "../../random/random.ts";
import { convert } from "../../tensor/convert.ts";
import { zeros } from "../../tensor/create.ts";
import { randomNormal } from "../../tensor/random-normal.ts";
import { splitHeads } from "../heads/heads.ts";
import { project } from "../projection/projection.ts";
import {
  affine,
  beside,
  columns,
  distance,
  type Matrix,
  matrixOf,
  multiply,
  scaled,
  softmaxOf,
  transpose,
} from "../testing/matrix.ts";
import { biased } from "../testing/random.ts";
import { type MultiHeadProjections, multiHeadAttention } from "./multi-head.ts";

function randomProjections(
  random: Random,
  { dq, dc, g, group, d, e, out }: Record<"dq" | "dc" | "g" | "group" | "d" | "e" | "out", number>,
): MultiHeadProjections {
  return {
    query: biased(random, dq, g * group * d),
    key: biased(random, dc, g * d),
    value: biased(random, dc, g * e),
    output: biased(random, g * group * e, out),
    heads: g * group,
    keyHeads: g,
  };
}

/** Concat(headᵢ)W^O, with a matrix product for every letter of the formula. */
function byFormula(queries: Matrix, context: Matrix, projections: MultiHeadProjections, d: number, e: number) {
  const { heads, keyHeads = heads, query, key, value, output } = projections;
  const weights: Matrix[] = [];
  const results = Array.from({ length: heads }, (_, head) => {
    const shared = Math.floor(head / (heads / keyHeads));
    const q = columns(affine(queries, query), head * d, (head + 1) * d);
    const k = columns(affine(context, key), shared * d, (shared + 1) * d);
    const v = columns(affine(context, value), shared * e, (shared + 1) * e);
    weights.push(softmaxOf(scaled(multiply(q, transpose(k)), 1 / Math.sqrt(d))));
    return multiply(weights[head]!, v);
  });
  return { output: affine(beside(results), output), weights };
}

const size = fc.integer({ min: 1, max: 5 });
const sizes = fc.record({ n: size, m: size, dq: size, dc: size, g: size, group: size, d: size, e: size, out: size });

describe("multiHeadAttention", () => {
  it("is Concat(head₁, …, headₕ)W^O for any sizes, grouped heads among them", () => {
    fc.assert(
      fc.property(fc.integer(), sizes, (seed, letters) => {
        const random = seededRandom(seed);
        const queries = randomNormal(random, [2, letters.n, letters.dq]);
        const context = randomNormal(random, [2, letters.m, letters.dc]);
        const projections = randomProjections(random, letters);
        const inputs = { queries, context };
        const exact = multiHeadAttention(inputs, projections, { backend: "reference", weights: true });
        const fast = multiHeadAttention(inputs, projections, { weights: true });
        for (const b of [0, 1]) {
          const wanted = byFormula(matrixOf(queries, b), matrixOf(context, b), projections, letters.d, letters.e);
          expect(distance(matrixOf(exact.output, b), wanted.output)).toBeLessThan(1e-11);
          expect(distance(matrixOf(fast.output, b), wanted.output)).toBeLessThan(1e-4);
          wanted.weights.forEach((weights, head) => {
            expect(distance(matrixOf(exact.weights!, b, head), weights)).toBeLessThan(1e-12);
          });
        }
        expect(fast.output.dtype).toBe("float32");
        expect(exact.output.dtype).toBe("float64");
      }),
      { numRuns: 60 },
    );
  });

  it("hands mask and variant to every head and says which way was taken", () => {
    const random = seededRandom(3);
    const queries = randomNormal(random, [2, 5, 6]);
    const context = randomNormal(random, [2, 7, 4]);
    const letters = { dq: 6, dc: 4, g: 2, group: 1, d: 3, e: 2, out: 5 };
    const projections = randomProjections(random, letters);
    const mask = causal("bottom-right");
    const options = { mask, variant: { kind: "topK", k: 2 }, weights: true, logSumExp: true } as const;
    const { output, weights, logSumExp, path } = multiHeadAttention({ queries, context }, projections, options);
    const head = attention(
      splitHeads(project(queries, projections.query), 2),
      splitHeads(project(context, projections.key), 2),
      splitHeads(project(context, projections.value), 2),
      options,
    );
    expect(weights).toEqual(head.weights);
    expect(logSumExp).toEqual(head.logSumExp);
    expect(output.shape).toEqual([2, 5, 5]);
    expect(path).toBe("plain/topK(2)");
    expect(multiHeadAttention({ queries, context }, projections)).not.toHaveProperty("weights");
  });

  it("gives the bias of W^O alone where nothing may be attended to", () => {
    const random = seededRandom(4);
    const projections = randomProjections(random, { dq: 3, dc: 3, g: 1, group: 2, d: 2, e: 2, out: 4 });
    const inputs = { queries: randomNormal(random, [1, 2, 3]), context: randomNormal(random, [1, 3, 3]) };
    const { output } = multiHeadAttention(inputs, projections, { mask: padding({ keys: [0] }) });
    expect([...output.data]).toEqual([...projections.output.bias!.data, ...projections.output.bias!.data]);
    const empty = multiHeadAttention({ ...inputs, context: zeros([1, 0, 3]) }, projections);
    expect(empty.output).toEqual(output);
  });

  it("keeps half precision at the borders", () => {
    const random = seededRandom(5);
    const projections = randomProjections(random, { dq: 3, dc: 3, g: 2, group: 1, d: 2, e: 2, out: 4 });
    const queries = convert(randomNormal(random, [1, 2, 3]), "float16");
    const context = convert(randomNormal(random, [1, 3, 3]), "float16");
    expect(multiHeadAttention({ queries, context }, projections).output.dtype).toBe("float16");
  });

  it("names the argument that does not fit", () => {
    const projections = randomProjections(seededRandom(1), { dq: 6, dc: 4, g: 2, group: 2, d: 3, e: 2, out: 5 });
    const queries = zeros([2, 5, 6]);
    const context = zeros([2, 7, 4]);
    const failure = (inputs: object, changed: object = {}) => {
      try {
        multiHeadAttention({ queries, context, ...inputs }, { ...projections, ...changed });
      } catch (error) {
        if (error instanceof ShapeError || error instanceof ArgumentError) return error.message;
        throw error;
      }
      return "nothing thrown";
    };
    expect(failure({})).toBe("nothing thrown");
    expect(failure({ queries: zeros([5, 6]) })).toBe("queries: shape [5, 6] does not fit: needs [b, n, dq]");
    expect(failure({ context: zeros([1, 7, 4]) })).toBe(
      "context: shape [1, 7, 4] does not fit: needs [b, m, dc] = [2, m, dc], after queries [2, 5, 6]",
    );
    expect(failure({ context: zeros([2, 7, 5]) })).toBe(
      "projections.key.weight: shape [4, 6] does not fit: needs [dc, g·d] = [5, g·d], after context [2, 7, 5]",
    );
    expect(failure({ queries: zeros([2, 5, 4]) })).toBe(
      "projections.query.weight: shape [6, 12] does not fit: needs [dq, h·d] = [4, h·d], after queries [2, 5, 4]",
    );
    expect(failure({}, { value: { weight: zeros([3, 4]) } })).toBe(
      "projections.value.weight: shape [3, 4] does not fit: needs [dc, g·e] = [4, g·e], after context [2, 7, 4]",
    );
    expect(failure({}, { key: { weight: zeros([4, 8]) } })).toBe(
      "projections.key.weight: shape [4, 8] does not fit: needs [dc, g·d] = [4, 6], after h = 4, g = 2 and projections.query.weight [6, 12]",
    );
    expect(failure({}, { output: { weight: zeros([7, 5]) } })).toBe(
      "projections.output.weight: shape [7, 5] does not fit: needs [h·e, out] = [8, out], after h = 4, g = 2 and projections.value.weight [4, 4]",
    );
    expect(failure({}, { value: { weight: zeros([4, 5]) } })).toContain("5, to be a multiple of g = 2");
    expect(failure({}, { heads: 5 })).toContain("12, to be a multiple of h = 5");
    expect(failure({}, { heads: 3 })).toBe("keyHeads: 2 does not divide heads, which is 3");
    expect(failure({}, { heads: 1.5 })).toBe("heads: 1.5 is not one of 1, 2, 3, …");
  });
});
