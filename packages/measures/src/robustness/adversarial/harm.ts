import { type AttentionProblem, attention, convert, type Tensor, toFloat64 } from "@xattn/core";
import { relativeError } from "../../accuracy/relative-error.ts";
import type { Parameters } from "../../contract/measure.ts";
import { certifiedOutputChange } from "../bounds/output-change.ts";
import { drawOf, inputsOfSide, type Side } from "../cell.ts";
import { onBoundary, sum } from "../perturb/ball.ts";
import { type Change, inputsOf, radiusOf, withInputs } from "../perturb/inputs.ts";
import type { InputName, Norm } from "../perturb/perturbation.ts";
import { uniformL2 } from "../perturb/uniform-l2.ts";
import { uniformLinf } from "../perturb/uniform-linf.ts";
import { outputOf } from "../perturb/worst-case.ts";
import { remember } from "../remember.ts";
import { strongestAttack } from "./attack/strongest.ts";
import { worstCornerOfQueries } from "./ceiling/worst-corner.ts";

/** Random perturbations that the worst case is compared with. */
export const randomTries = 200;
/** Draws whose corners are all visited: each has a million for 16 queries of width 16. */
const walkedDraws = 4;

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

/** The worst that `strongestAttack` finds, for each draw. */
export const worstChanges = remember(64, ({ cell, seed }: Search): readonly Worst[] =>
  forEachDraw(cell, (index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const { names, norm, budget } = attackOf(cell);
    const worst = strongestAttack(problem, names, norm, budget, random);
    const bound = certifiedOutputChange(problem, worst.problem);
    return {
      change: worst.change / Math.hypot(...outputOf(problem).data),
      certifiedShare: bound ? worst.change / bound : undefined,
    };
  }),
);

/** Where in the ball random perturbations lie: anywhere, or where they spend the whole budget. */
export type Drawn = "ball" | "boundary";

/**
 * The largest change that any of 200 random perturbations of the budget makes, for each draw. In the ball they are
 * uniform; on its boundary uniform on the sphere or over the corners of the box. In float32, whose rounding is far below
 * what is looked for.
 */
export function bestOfRandom({ cell, seed }: Search, drawn: Drawn): readonly number[] {
  return forEachDraw(cell, (index) => {
    const { problem, random } = drawOf(cell, seed, index);
    const { names, norm, budget } = attackOf(cell);
    const inputs = inputsOf(problem, names);
    const uniform: Change = norm === "l2" ? uniformL2 : uniformLinf;
    const radius = radiusOf(norm, inputs, budget);
    const clean = outputOf(problem).data;
    const tries = random.fork(drawn === "ball" ? "random in the ball" : "random");
    let largest = 0;
    for (let attempt = 0; attempt < randomTries; attempt += 1) {
      const moved =
        drawn === "ball" ? uniform(inputs, budget, tries) : sum(inputs, onBoundary(norm, inputs, radius, tries));
      largest = Math.max(largest, relativeError(inFloat32(withInputs(problem, names, moved)), clean));
    }
    return largest;
  });
}

/**
 * ‖out′ − out‖ / ‖out‖ in the worst corner of the box on queries, for the first draws; nothing where corners are not
 * visited.
 */
export const worstCorners = remember(8, ({ cell, seed }: Search): readonly number[] => {
  const { names, norm, budget } = attackOf(cell);
  if (norm !== "linf" || names.join() !== "query") return [];
  const draws = Math.min(walkedDraws, cell.draws as number);
  return Array.from({ length: draws }, (_, index) => index).flatMap((index) => {
    const { problem } = drawOf(cell, seed, index);
    const worst = worstCornerOfQueries(problem, radiusOf(norm, inputsOf(problem, names), budget));
    return worst === undefined ? [] : [worst / Math.hypot(...outputOf(problem).data)];
  });
});

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
