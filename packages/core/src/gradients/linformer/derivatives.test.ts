import fc from "fast-check";
import { describe, it } from "vitest";
import type { LinformerProjection } from "../../linear/linformer/projection.ts";
import { referenceLinformerAttention } from "../../linear/linformer/reference.ts";
import { arbitrarySizes, normalProblem } from "../../linear/testing/arbitrary.ts";
import type { AttentionProblem } from "../../problem/problem.ts";
import { seededRandom } from "../../random/random.ts";
import { expectAdjoint, expectDerivatives, type Form, type Named } from "../testing/form.ts";
import { inputsNamed, namedInputs } from "../testing/named-inputs.ts";
import { normal } from "../testing/normal.ts";
import { linformerJvp } from "./jvp.ts";
import { linformerVjp } from "./vjp.ts";

const kinds = ["E and F", "E for both", "random", "mean"] as const;
type Kind = (typeof kinds)[number];

const cases = arbitrarySizes.chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    seed: fc.nat(),
    rank: fc.integer({ min: 1, max: sizes.recent + sizes.past }),
    scale: fc.option(fc.constantFrom(0.7, -0.5)),
  }),
);

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function formOf(kind: Kind, { sizes, seed, rank, scale }: Case): Form {
  const problem: AttentionProblem = { ...normalProblem(sizes, seed, "float64"), ...(scale !== null && { scale }) };
  const projection = projectionOf(kind, rank, sizes.recent + sizes.past, seed);
  const at = ({ E, F, ...inputs }: Named) => ({
    problem: { ...problem, ...inputsNamed(inputs) },
    projection: E ? ({ kind: "given", key: E, ...(F && { value: F }) } as const) : projection,
  });
  const matrices = projection.kind === "given" ? namedMatrices(projection as GivenMatrices) : {};
  return {
    inputs: { ...namedInputs(problem), ...matrices },
    forward: (inputs) => {
      const moved = at(inputs);
      return { output: referenceLinformerAttention(moved.problem, moved.projection) };
    },
    vjp: ({ output }) => {
      const { projection: ofProjection, ...gradients } = linformerVjp(problem, projection, output!);
      return { ...namedInputs(gradients), ...(ofProjection && namedMatrices(ofProjection)) };
    },
    jvp: ({ E, F, ...tangents }) => ({
      ...linformerJvp(problem, projection, {
        ...inputsNamed(tangents),
        ...(E && { projection: { key: E, ...(F && { value: F }) } }),
      }),
    }),
  };
}

type GivenMatrices = { readonly key: Named[string]; readonly value?: Named[string] };

const namedMatrices = ({ key, value }: GivenMatrices): Named => ({ E: key, ...(value && { F: value }) });

function projectionOf(kind: Kind, rank: number, m: number, seed: number): LinformerProjection {
  const random = seededRandom(seed).fork("projection");
  const matrix = () => normal(random, [rank, m]);
  switch (kind) {
    case "E and F":
      return { kind: "given", key: matrix(), value: matrix() };
    case "E for both":
      return { kind: "given", key: matrix() };
    case "random":
      return { kind: "random", rank, seed };
    case "mean":
      return { kind: "mean", rank };
  }
}

describe.each(kinds)("Linformer attention, projection %s", (kind) => {
  it("has the derivatives that differences show", () => {
    fc.assert(
      fc.property(cases, (choice) => {
        expectDerivatives(formOf(kind, choice), seededRandom(choice.seed).fork("directions"));
      }),
      { numRuns: 20 },
    );
  });

  it("is adjoint: ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩", () => {
    fc.assert(
      fc.property(cases, (choice) => {
        expectAdjoint(formOf(kind, choice), seededRandom(choice.seed).fork("adjoint"));
      }),
    );
  });
});
