import { type AttentionProblem, attention, convert, type Tensor, toFloat64 } from "@xattn/core";
import { relativeError } from "../../accuracy/relative-error.ts";
import type { Parameters } from "../../contract/measure.ts";
import { certifiedOutputChange } from "../bounds/output-change.ts";
import { drawOf, inputsOfSide, type Side } from "../cell.ts";
import { onBoundary, sum } from "../perturb/ball.ts";
import { inputsOf, radiusOf, withInputs } from "../perturb/inputs.ts";
import type { InputName, Norm } from "../perturb/perturbation.ts";
import { outputOf, worstCase } from "../perturb/worst-case.ts";
import { remember } from "../remember.ts";

/** Random perturbations that the worst case is compared with. */
export const randomTries = 200;
const ascent = { restarts: 3, steps: 12 } as const;

/** What decides a search, besides the seed. */
export interface Search {
  readonly cell: Parameters;
  readonly seed: number;
}

export interface Worst {
  /** ‖out′ − out‖ / ‖out‖ */
  readonly change: number;
  /** ‖out′ − out‖ as a share of its certified bound */
  readonly certifiedShare: number | undefined;
}

/** The worst that projected gradient ascent finds, for each draw. */
export const worstChanges = remember(64, ({ cell, seed }: Search): readonly Worst[] =>
  forEachDraw(cell, (index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const { names, norm, budget } = attackOf(cell);
    const worst = worstCase(problem, names, norm, budget, random.fork("ascent"), ascent);
    const bound = certifiedOutputChange(problem, worst.problem);
    return {
      change: worst.change / Math.hypot(...outputOf(problem).data),
      certifiedShare: bound ? worst.change / bound : undefined,
    };
  }),
);

/**
 * The largest change that any of 200 random perturbations makes, for each draw. Each spends the whole budget: it lies on
 * the sphere or in a corner of the box, where a random one does more harm than inside. In float32, whose rounding is far
 * below what is looked for.
 */
export function bestOfRandom({ cell, seed }: Search): readonly number[] {
  return forEachDraw(cell, (index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const { names, norm, budget } = attackOf(cell);
    const inputs = inputsOf(problem, names);
    const radius = radiusOf(norm, inputs, budget);
    const clean = outputOf(problem).data;
    const tries = random.fork("random");
    let largest = 0;
    for (let attempt = 0; attempt < randomTries; attempt += 1) {
      const moved = withInputs(problem, names, sum(inputs, onBoundary(norm, inputs, radius, tries)));
      largest = Math.max(largest, relativeError(inFloat32(moved), clean));
    }
    return largest;
  });
}

function attackOf(cell: Parameters): { names: readonly InputName[]; norm: Norm; budget: number } {
  return { names: inputsOfSide(cell.on as Side), norm: cell.norm as Norm, budget: cell.budget as number };
}

function forEachDraw<Result>({ draws }: Parameters, result: (index: number) => Result): Result[] {
  return Array.from({ length: draws as number }, (_, index) => result(index));
}

function inFloat32({ query, key, value, ...rest }: AttentionProblem): Float64Array {
  const narrow = (tensor: Tensor) => convert(tensor, "float32");
  return toFloat64(attention(narrow(query), narrow(key), narrow(value), rest).output);
}
