import { type AttentionProblem, convert, randomNormal, seededRandom } from "@xattn/core";
import { z } from "zod";
import { relativeError } from "../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import { type DirectMeasure, type Parameters, UnsupportedError } from "../contract/measure.ts";
import { countsKeys, inReference, type MethodName, methodNames, methodOf } from "./methods.ts";

type ApproximationColumn = "methodError" | "ratioToHalf" | "overPositive" | "density" | "methodMultiplyAdds";

/**
 * How far an approximation is from softmax attention, all in float64, so that rounding plays no part. Queries [n, d],
 * keys [m, d] and values [m, d] are unit-Gaussian; queries and keys are multiplied by `norm`, so that logits have
 * standard deviation norm².
 */
export function approximation(): DirectMeasure<ApproximationColumn> {
  return {
    kind: "direct",
    name: "approximation",
    version: 1,
    description: "Error of linear, sparse, windowed, Nyström and Linformer attention against softmax attention.",
    parameters: {
      variant: z.enum(methodNames),
      n: wholeNumber("queries n", 1, 4096),
      m: wholeNumber("keys m", 1, 4096),
      d: wholeNumber("head dimension d", 1, 1024),
      budget: wholeNumber("random projections, keys or landmarks that may be spent", 1, 65_536),
      norm: z.number().positive().max(100).describe("factor on queries and keys, a number above 0 and at most 100"),
      seed: seedParameter,
    },
    columns: {
      methodError: deterministic("1", "‖out − exact‖ / ‖exact‖ against softmax attention in float64.", 1e-3),
      ratioToHalf: deterministic(
        "1",
        "The error, divided by that with half of the budget; nothing for budget 1.",
        1e-3,
      ),
      overPositive: deterministic(
        "1",
        "Error of trigonometric features, divided by that of as many positive ones; nothing for other variants.",
        1e-3,
      ),
      density: deterministic("1", "Share of the m keys that a query may see; nothing where no key is left out."),
      methodMultiplyAdds: deterministic("multiply-adds", "Multiply-adds of all matrix products."),
    },
    exclusive: false,
    check,
    run(cell, { seed }) {
      const problem = check(cell);
      if (problem) throw new UnsupportedError(problem);
      return measured(cell, seed);
    },
  };
}

function check(cell: Parameters): string | undefined {
  const [n, m, budget] = [cell.n, cell.m, cell.budget] as [number, number, number];
  const most = cell.variant === "nystrom" ? Math.min(n, m) : m;
  if (!countsKeys(cell.variant as MethodName) || budget <= most) return undefined;
  return `${cell.variant} can spend at most ${most} here, and the budget is ${budget}`;
}

function measured(cell: Parameters, seed: number) {
  const name = cell.variant as MethodName;
  const [n, m, d, budget] = [cell.n, cell.m, cell.d, cell.budget] as [number, number, number, number];
  const problem = gaussian(n, m, d, cell.norm as number, seed);
  const exact = inReference(problem).data;
  const errorOf = (method: MethodName, spent: number) =>
    relativeError(methodOf(method, spent, seed).output(problem).data, exact);
  const methodError = errorOf(name, budget);
  return {
    methodError,
    ratioToHalf: budget > 1 ? methodError / errorOf(name, Math.floor(budget / 2)) : null,
    overPositive: name === "favor-trigonometric" ? methodError / errorOf("favor-positive", budget) : null,
    density: name === "sparse" || name === "window" ? budget / m : null,
    methodMultiplyAdds: methodOf(name, budget, seed).multiplyAdds({ batch: 1, heads: 1, keyHeads: 1, n, m, d, e: d }),
  };
}

function gaussian(n: number, m: number, d: number, norm: number, seed: number): AttentionProblem {
  const random = seededRandom(seed);
  const draw = (name: string, rows: number, scale: number) =>
    convert(randomNormal(random.fork(name), [1, 1, rows, d], scale), "float64");
  return { query: draw("query", n, norm), key: draw("key", m, norm), value: draw("value", m, 1) };
}
