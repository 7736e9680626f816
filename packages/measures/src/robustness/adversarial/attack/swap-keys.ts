import { attentionVjp, tensor, toFloat64 } from "@xattn/core";
import { type Inputs, inputsOf } from "../../perturb/inputs.ts";
import { outputOf } from "../../perturb/worst-case.ts";
import type { Target } from "./auto-pgd.ts";
import { knapsack } from "./knapsack.ts";
import { rowHarms } from "./rows.ts";
import { leastLength, otherSelections, sidesOf, stepToSelection } from "./selections.ts";

/** Further steps within a selection, relative to the length that queries have of the budget on average. */
const extras = [0, 0.15, 0.3, 0.5, 0.75, 1, 1.3, 1.7, 2.2] as const;
/** Selections that are tried for each query, the nearest. */
const nearest = 64;

/**
 * Where top-k attention is steepest it jumps: a query does harm by selecting other keys, and the shortest step to each
 * selection tells what that costs. With the budget ‖δ‖₂ of all queries together, each query is offered its other
 * selections, the shortest step alone and with more along the gradient of the harm there, and a knapsack takes the
 * offers that do most harm.
 *
 * @param k keys that each query keeps
 */
export function swapKeys({ problem, radius }: Target, k: number): Inputs {
  const [query] = inputsOf(problem, ["query"]) as [Inputs[number]];
  const d = query.shape[3]!;
  const rows = query.data.length / d;
  const average = radius / Math.sqrt(rows);
  const shortest = Array.from({ length: rows }, (_, row) => stepsOf(row));
  const each = shortest[0]!.length;
  const slopes = gradients(shortest.flat(), each);
  const steps = shortest.map((of, row) =>
    of.flatMap((step, index) => {
      const start = (row * each + index) * d;
      const slope = slopes.subarray(start, start + d);
      const length = Math.hypot(...slope);
      return extras.map((extra) => {
        const factor = length === 0 ? 0 : (extra * average) / length;
        return step.map((value, e) => value + factor * slope[e]!);
      });
    }),
  );
  const count = each * extras.length;
  const harms = rowHarms(problem, moved(steps.flat(), count), count);
  const taken = knapsack(
    steps.map((of, row) =>
      of.map((step, index) => ({
        cost: step.reduce((sum, value) => sum + value * value, 0) / radius ** 2,
        gain: harms[row * count + index]!,
      })),
    ),
  );
  const delta = new Float64Array(query.data.length);
  for (const [row, index] of taken.entries()) if (index !== undefined) delta.set(steps[row]![index]!, row * d);
  return [{ ...query, data: delta }];

  function stepsOf(row: number): Float64Array[] {
    const [, heads, n] = query.shape as [number, number, number, number];
    const m = problem.key.shape[2]!;
    const head = Math.floor(row / n) % heads;
    const keys = toFloat64(problem.key).subarray(head * m * d, (head + 1) * m * d);
    const at = query.data.subarray(row * d, row * d + d);
    const logits = Array.from({ length: m }, (_, key) => at.reduce((sum, q, e) => sum + q * keys[key * d + e]!, 0));
    const sides = sidesOf(keys, d, logits);
    return otherSelections(logits, k)
      .map((selection) => ({ selection, length: leastLength(sides, selection) }))
      .sort((left, right) => left.length - right.length)
      .slice(0, nearest)
      .map(({ selection }) => stepToSelection(sides, selection));
  }

  /** Queries after these steps, `count` for each query in turn. */
  function moved(steps: readonly Float64Array[], count: number): Float64Array {
    const data = new Float64Array(steps.length * d);
    for (const [index, step] of steps.entries()) {
      const from = Math.floor(index / count) * d;
      for (let e = 0; e < d; e += 1) data[index * d + e] = query.data[from + e]! + step[e]!;
    }
    return data;
  }

  /** Of ½·‖row of out′ − row of out‖² by the query, after each of these steps. */
  function gradients(steps: readonly Float64Array[], count: number): Float64Array {
    const [batch, heads, n] = query.shape as [number, number, number, number];
    const asked = { ...problem, query: tensor([batch, heads, n * count, d], moved(steps, count)) };
    const [clean, output] = [outputOf(problem), outputOf(asked)];
    const width = clean.shape[3]!;
    const difference = output.data.map((value, index) => {
      const row = Math.floor(index / (width * count));
      return value - clean.data[row * width + (index % width)]!;
    });
    return attentionVjp(asked, { ...output, data: difference }).query.data as Float64Array;
  }
}
