import { FitError } from "../errors/fit-error.ts";
import type { Samples } from "../input/samples.ts";

/** Name of the intercept among the coefficients. */
const INTERCEPT_TERM = "1";

/** A model ŷ = Σ cⱼ termⱼ, intercept first. */
export type Candidate = {
  readonly name: string;
  readonly termNames: readonly string[];
  readonly columns: readonly Float64Array[];
};

/** Checks one candidate's terms and puts the intercept in front. @throws FitError with the reason */
export function candidateOf(name: string, terms: Readonly<Record<string, Samples>>, points: number): Candidate {
  const termNames = Object.keys(terms);
  const columns = termNames.map((term) => {
    const label = `candidates.${name}.${term}`;
    const column = Float64Array.from(terms[term]!);
    if (term === INTERCEPT_TERM) {
      throw new FitError("reserved-name", `${label} is reserved for the intercept, which every candidate has`);
    }
    if (column.length !== points) {
      throw new FitError("unequal-lengths", `${label} has ${column.length} points and values has ${points}`);
    }
    if (!column.every((value) => value >= 0 && Number.isFinite(value)) || !column.some((value) => value > 0)) {
      throw new FitError("negative-term", `${label} must be finite, nowhere negative and somewhere positive`);
    }
    return column;
  });
  const parameters = columns.length + 2;
  if (points <= parameters + 1) {
    throw new FitError(
      "too-few-points",
      `values has ${points} points; candidate ${name} has ${parameters} parameters with the intercept and the ` +
        `variance, and AICc needs at least ${parameters + 2} points`,
    );
  }
  return { name, termNames: [INTERCEPT_TERM, ...termNames], columns: [new Float64Array(points).fill(1), ...columns] };
}
