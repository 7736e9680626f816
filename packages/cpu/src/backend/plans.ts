import type { ProblemSizes } from "@xattn/core";
import type { Mask } from "@xattn/masking";
import { makePlan, type Plan, type PlanTiles } from "../plan/plan.ts";
import type { Context } from "./context.ts";

/** Plans of masks that were used before: masks are immutable data, and making a plan can cost more than using it. */
const known = new WeakMap<Mask, Map<string, Plan>>();

/** Plans that are kept of a mask: derivatives have other tiles than the forward pass. */
const mostKnown = 4;

/** The plan of a mask in scratch memory; nothing for a mask that allows all. */
export function placePlan(
  context: Context,
  mask: Mask,
  sizes: ProblemSizes,
  tiles: PlanTiles,
): { readonly address: number; readonly batchBytes: number; readonly headBytes: number } | undefined {
  const { batch, heads, keyHeads, n, m } = sizes;
  const key = [batch, heads, keyHeads, n, m, tiles.rows, tiles.panel, tiles.blockKeys].join();
  const { bytes, batchBytes, headBytes, all } = planOf(mask, key, () => makePlan(mask, sizes, tiles));
  if (all) return undefined;
  const address = context.scratch.take(bytes.length);
  context.bytes.set(bytes, address);
  return { address, batchBytes, headBytes };
}

function planOf(mask: Mask, key: string, make: () => Plan): Plan {
  const plans = known.get(mask) ?? new Map<string, Plan>();
  known.set(mask, plans);
  let plan = plans.get(key);
  if (!plan) {
    plan = make();
    const [oldest] = plans.keys();
    if (plans.size >= mostKnown && oldest !== undefined) plans.delete(oldest);
    plans.set(key, plan);
  }
  return plan;
}
