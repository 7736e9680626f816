import fc from "fast-check";
import { describe, it } from "vitest";
import { referenceLinearAttention } from "../linear/reference.ts";
import type { AttentionProblem } from "../problem/problem.ts";
import { withUnitValues } from "../problem/unit-values.ts";
import type { Variant } from "../problem/variant.ts";
import { seededRandom } from "../random/random.ts";
import { referenceAttention } from "../reference/attention.ts";
import { convert } from "../tensor/convert.ts";
import { attentionJvp } from "./jvp.ts";
import {
  choices,
  exactMasks,
  exactVariants,
  linearMasks,
  linearVariants,
  problemOf,
} from "./testing/attention-problems.ts";
import { expectAdjoint, expectDerivatives, type Form, type Named } from "./testing/form.ts";
import { inputsNamed, namedInputs } from "./testing/named-inputs.ts";
import { attentionVjp } from "./vjp.ts";

const hasLogSumExp = ({ variant }: AttentionProblem) => variant?.kind !== "entmax" && variant?.kind !== "linear";

function forward(problem: AttentionProblem): Named {
  if (problem.variant?.kind === "linear") {
    const featureMap = problem.variant.featureMap ?? { kind: "elu+1" };
    return {
      output: referenceLinearAttention(problem, featureMap).output,
      weights: referenceLinearAttention(withUnitValues(problem), featureMap).output,
    };
  }
  const { output, weights, logSumExp } = referenceAttention(problem, {
    weights: true,
    logSumExp: hasLogSumExp(problem),
  });
  return {
    output: convert(output, "float64"),
    weights: convert(weights!, "float64"),
    ...(logSumExp && { logSumExp: convert(logSumExp, "float64") }),
  };
}

/** Which piece of a piecewise smooth function this is: the selection or support, or the signs that relu and elu see. */
function piece(variant: Variant | undefined, { query, key, "past.key": pastKey }: Named, { weights }: Named): string {
  if (variant?.kind !== "linear") return `${weights!.data.map((weight) => +(weight !== 0))}`;
  return `${[query, key, pastKey].map((lifted) => lifted?.data.map((x) => +(x > 0)))}`;
}

function formOf(problem: AttentionProblem): Form {
  const at = (inputs: Named) => ({ ...problem, ...inputsNamed(inputs) });
  return {
    inputs: namedInputs(problem),
    forward: (inputs) => forward(at(inputs)),
    piece: (inputs, results) => piece(problem.variant, inputs, results),
    vjp: ({ output, weights, logSumExp }) =>
      namedInputs(
        attentionVjp(problem, output!, {
          weightsGradient: weights!,
          ...(logSumExp && { logSumExpGradient: logSumExp }),
        }),
      ),
    jvp: (tangents) => {
      const wanted = { weights: true, logSumExp: hasLogSumExp(problem) };
      return { ...attentionJvp(problem, inputsNamed(tangents), wanted) };
    },
  };
}

describe.each([
  ...Object.entries(exactVariants).map(([name, variant]) => ({ name, variant, masks: exactMasks })),
  ...Object.entries(linearVariants).map(([name, variant]) => ({ name, variant, masks: linearMasks })),
])("$name", ({ variant, masks }) => {
  it.each(Object.entries(masks))("has the derivatives that differences show, with mask %s", (_, makeMask) => {
    fc.assert(
      fc.property(choices, (choice) => {
        expectDerivatives(formOf(problemOf(variant, makeMask, choice)), seededRandom(choice.seed).fork("directions"));
      }),
      { numRuns: 5, seed: 20240601 },
    );
  });

  it("is adjoint: ⟨u, J·t⟩ = ⟨Jᵀ·u, t⟩", () => {
    fc.assert(
      fc.property(choices, fc.constantFrom(...Object.values(masks)), (choice, makeMask) => {
        expectAdjoint(formOf(problemOf(variant, makeMask, choice)), seededRandom(choice.seed).fork("adjoint"));
      }),
      { numRuns: 100, seed: 20240602 },
    );
  });
});
