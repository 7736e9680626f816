import type { Random } from "@xattn/core";
import { onBoundary } from "../../perturb/ball.ts";
import { type Inputs, inputsOf } from "../../perturb/inputs.ts";
import type { Target } from "./auto-pgd.ts";
import { rowHarms } from "./rows.ts";

const sweeps = 40;

/**
 * Greedy flips from corner to corner of the box on queries: each query takes the flip of one coordinate that does most
 * harm until none does more, from the corner nearest to `near` and from random ones; and each query keeps the worst of
 * its corners. The maximum of a convex function over a box lies in a corner, and the harm is nearly convex in a small
 * one.
 */
export function cornerFlips({ problem, radius }: Target, near: Inputs, random: Random, restarts: number): Inputs {
  const [query] = inputsOf(problem, ["query"]) as [Inputs[number]];
  const d = query.shape[3]!;
  const rows = query.data.length / d;
  const worst = new Float64Array(query.data.length);
  const worstHarm = new Float64Array(rows).fill(-1);
  for (let restart = 0; restart <= restarts; restart += 1) {
    const [start] = restart === 0 ? near : onBoundary("linf", [query], radius, random);
    const corner = start!.data.map((value) => (value < 0 ? -radius : radius));
    const harm = rowHarms(
      problem,
      corner.map((value, index) => query.data[index]! + value),
      1,
    );
    for (let sweep = 0; sweep < sweeps; sweep += 1) if (!flipWorst(corner, harm)) break;
    for (let row = 0; row < rows; row += 1) {
      if (harm[row]! <= worstHarm[row]!) continue;
      worstHarm[row] = harm[row]!;
      worst.set(corner.subarray(row * d, row * d + d), row * d);
    }
  }
  return [{ ...query, data: worst }];

  /** Whether any query found a flip that does more harm than it had. */
  function flipWorst(corner: Float64Array, harm: Float64Array): boolean {
    const flipped = new Float64Array(rows * d * d);
    for (let row = 0; row < rows; row += 1) {
      for (let flip = 0; flip < d; flip += 1) {
        for (let k = 0; k < d; k += 1) {
          const at = row * d + k;
          flipped[(row * d + flip) * d + k] = query.data[at]! + (k === flip ? -corner[at]! : corner[at]!);
        }
      }
    }
    const harms = rowHarms(problem, flipped, d);
    let any = false;
    for (let row = 0; row < rows; row += 1) {
      const own = harms.subarray(row * d, row * d + d);
      const flip = own.indexOf(Math.max(...own));
      if (own[flip]! <= harm[row]! * (1 + 1e-6)) continue;
      harm[row] = own[flip]!;
      corner[row * d + flip]! *= -1;
      any = true;
    }
    return any;
  }
}
