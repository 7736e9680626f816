import { toFloat64 } from "@xattn/core";
import { type BackendChoice, type MeasuredBackendName, withBackend } from "../cell/backends.ts";
import { backendOf, checkCell, readCell } from "../cell/cell.ts";
import { computedParameters } from "../cell/parameters.ts";
import { problemOf } from "../cell/problem.ts";
import type { DirectMeasure } from "../contract/measure.ts";
import { relativeError } from "./relative-error.ts";

export interface AgreementOptions {
  /** The backend whose outputs the others are held against; "plain" when absent. */
  readonly with?: MeasuredBackendName;
}

/**
 * How far a backend's output is from that of another one, on the same inputs and for the same variant. It is 0 for that
 * backend itself, so a claim over it leaves those cells out.
 */
export function agreement(options: AgreementOptions = {}): DirectMeasure<"difference"> {
  const { with: other = "plain" } = options;
  return {
    kind: "direct",
    name: "agreement",
    version: 1,
    description: `Relative difference of a backend's output from that of the ${other} backend.`,
    parameters: computedParameters,
    columns: {
      difference: {
        kind: "deterministic",
        unit: "1",
        description: `‖out − other‖ / ‖other‖ against the ${other} backend.`,
        tolerance: 0.05,
      },
    },
    exclusive: false,
    check: checkCell,
    async run(cell, { seed }) {
      const problem = problemOf(readCell(cell), seed);
      const outputOf = (choice: BackendChoice) =>
        withBackend(choice, async (backend) => toFloat64((await backend.attention(problem)).output));
      const actual = await outputOf(backendOf(cell));
      return { difference: relativeError(actual, await outputOf({ backend: other })) };
    },
  };
}
