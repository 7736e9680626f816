import fc from "fast-check";
import { describe, it } from "vitest";
import type { NystromOptions } from "../../linear/nystrom/options.ts";
import { referenceNystromAttention } from "../../linear/nystrom/reference.ts";
import { arbitraryPadding, arbitrarySizes, normalProblem } from "../../linear/testing/arbitrary.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { inputArrays } from "../inputs.ts";
import { largest } from "../testing/differences.ts";
import { expectAdjoint, expectDerivatives, type Form, type Named } from "../testing/form.ts";
import { inputsNamed, namedInputs } from "../testing/named-inputs.ts";
import { normal } from "../testing/normal.ts";
import { nystromHeads } from "./heads.ts";
import { nystromJvp } from "./jvp.ts";
import { nystromVjp } from "./vjp.ts";

const cases = arbitrarySizes.chain((sizes) =>
  fc
    .record({
      seed: fc.nat(),
      mask: fc.option(arbitraryPadding(sizes)),
      landmarks: fc.integer({ min: 1, max: Math.min(5, sizes.n, sizes.recent + sizes.past) }),
      scale: fc.option(fc.constantFrom(0.7, -0.5, 2)),
    })
    .map(({ seed, mask, landmarks, scale }) => ({
      seed,
      landmarks,
      problem: {
        ...normalProblem(sizes, seed, "float64"),
        ...(mask && { mask }),
        ...(scale !== null && { scale }),
      } satisfies AttentionProblem,
    })),
);

function formOf(problem: AttentionProblem, options: NystromOptions): Form {
  const at = (inputs: Named) => ({ ...problem, ...inputsNamed(inputs) });
  return {
    inputs: namedInputs(problem),
    forward: (inputs) => ({ output: referenceNystromAttention(at(inputs), options) }),
    piece: (inputs) => (options.inverse === "exact" ? "" : `${largestColumns(at(inputs), options)}`),
    vjp: ({ output }) => namedInputs(nystromVjp(problem, options, output!)),
    jvp: (tangents) => ({ ...nystromJvp(problem, options, inputsNamed(tangents)) }),
  };
}

const headsOf = (problem: AttentionProblem, options: NystromOptions) => [
  ...nystromHeads(problem, options).heads(inputArrays(problem)),
];

/** Of each head the column of the largest sum, which the iteration starts from: where two tie it has a kink. */
function largestColumns(problem: AttentionProblem, options: NystromOptions): number[] {
  return headsOf(problem, options).map(({ ofLandmarks: { weights } }) => {
    const sums = new Array<number>(weights.columns).fill(0);
    for (const [index, weight] of weights.data.entries()) sums[index % weights.columns]! += weight;
    return sums.indexOf(Math.max(...sums));
  });
}

/** Roundings grow with the square of the inverse: its derivative is held to those of moderate size. */
function needModerateInverse(problem: AttentionProblem, options: NystromOptions): void {
  for (const { inverse } of headsOf(problem, options)) fc.pre(largest([...inverse.inverse.data]) < 30);
}

describe.each([1, 2, 6, 8, "exact"] as const)("Nyström attention, inverse %s", (inverse) => {
  it("has the derivatives that differences show", () => {
    fc.assert(
      fc.property(cases, ({ seed, landmarks, problem }) => {
        const options = { landmarks, inverse };
        needModerateInverse(problem, options);
        expectDerivatives(formOf(problem, options), seededRandom(seed).fork("directions"));
      }),
      { numRuns: 20 },
    );
  });

  it("is adjoint: ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩", () => {
    fc.assert(
      fc.property(cases, ({ seed, landmarks, problem }) => {
        const options = { landmarks, inverse };
        needModerateInverse(problem, options);
        expectAdjoint(formOf(problem, options), seededRandom(seed).fork("adjoint"));
      }),
    );
  });
});

describe("Nyström attention, exact inverse of a matrix that stays singular", () => {
  // Segments of 2 rows: were each position its own landmark, what is singular would be hidden by the factors around it.
  const segment = 2;

  /** The first segment is repeated at the end, so that two rows or columns of the matrix are alike and move alike. */
  function repeated({ shape, data }: Tensor<"float64">): Tensor<"float64"> {
    const [, , rows, width] = shape as readonly [number, number, number, number];
    const again = data.subarray(0, segment * width);
    return tensor([1, 1, rows + segment, width], Float64Array.from([...data, ...again]));
  }

  function summed({ shape, data }: Tensor<"float64">): Tensor<"float64"> {
    const [, , rows, width] = shape as readonly [number, number, number, number];
    const kept = (rows - segment) * width;
    const first = data.slice(0, kept);
    for (let index = 0; index < segment * width; index += 1) first[index]! += data[kept + index]!;
    return tensor([1, 1, rows - segment, width], first);
  }

  const cases = fc.record({
    seed: fc.nat(),
    distinct: fc.integer({ min: 1, max: 4 }),
    d: fc.integer({ min: 1, max: 4 }),
    alike: fc.constantFrom("queries", "keys", "both"),
  });

  it("has the derivatives along which the rank does not change", () => {
    fc.assert(
      fc.property(cases, ({ seed, distinct, d, alike }) => {
        const random = seededRandom(seed);
        const ofQueries = alike !== "keys";
        const ofKeys = alike !== "queries";
        const size = distinct + 1;
        const inputs = {
          query: normal(random, [1, 1, segment * (ofQueries ? distinct : size), d]),
          key: normal(random, [1, 1, segment * (ofKeys ? distinct : size), d]),
          value: normal(random, [1, 1, segment * size, 3]),
        };
        const whole = ({ query, key, value }: Named) => ({
          query: ofQueries ? repeated(query!) : query!,
          key: ofKeys ? repeated(key!) : key!,
          value: value!,
          scale: 2,
        });
        const options = { landmarks: size, inverse: "exact" } as const;
        const problem = whole(inputs);
        needModerateInverse(problem, options);
        const form: Form = {
          inputs,
          forward: (moved) => ({ output: referenceNystromAttention(whole(moved), options) }),
          vjp: ({ output }) => {
            const { query, key, value } = nystromVjp(problem, options, output!);
            return { query: ofQueries ? summed(query) : query, key: ofKeys ? summed(key) : key, value };
          },
          jvp: (tangents) => {
            const { scale: _, ...directions } = whole(tangents);
            return { ...nystromJvp(problem, options, directions) };
          },
        };
        expectDerivatives(form, random.fork("directions"));
        expectAdjoint(form, random.fork("adjoint"));
      }),
      { numRuns: 50 },
    );
  });
});
