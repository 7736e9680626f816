import { toFloat64 } from "@xattn/core";
import { withBackend } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { inFloat64, problemOf } from "../cell/problem.ts";
import type { DirectMeasure } from "../contract/measure.ts";
import { relativeError } from "./relative-error.ts";

/**
 * How far a backend's output is from the float64 reference of the same variant, which is its rounding error, and
 * from exact softmax attention, which is what the variant approximates.
 */
export function accuracy(): DirectMeasure<"error" | "approximationError"> {
  return {
    kind: "direct",
    name: "accuracy",
    version: 1,
    description: "Relative error of the output against float64, for the same variant and for softmax attention.",
    parameters: computedParameters,
    columns: {
      error: {
        kind: "deterministic",
        unit: "1",
        description: "‖out − ref‖ / ‖ref‖ against the same variant in float64.",
        tolerance: 0.05,
      },
      approximationError: {
        kind: "deterministic",
        unit: "1",
        description: "‖out − exact‖ / ‖exact‖ against softmax attention in float64.",
        tolerance: 0.05,
      },
    },
    exclusive: false,
    check: checkCell,
    run(cell, { seed }) {
      return withBackend(backendOf(cell), async (backend) => {
        const problem = problemOf(readCell(cell), seed);
        const actual = toFloat64((await backend.attention(problem)).output);
        return withBackend({ backend: "reference" }, async (reference) => {
          const exact = inFloat64(problem);
          const same = await reference.attention(exact);
          const softmax =
            problem.variant?.kind === "standard"
              ? same
              : await reference.attention({ ...exact, variant: { kind: "standard" } });
          return {
            error: relativeError(actual, toFloat64(same.output)),
            approximationError: relativeError(actual, toFloat64(softmax.output)),
          };
        });
      });
    },
  };
}
