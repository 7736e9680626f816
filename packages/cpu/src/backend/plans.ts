import type { ProblemSizes } from "@xattn/core";
import type { Mask } from "@xattn/masking";
import { makePlan, type Plan, type PlanTiles } from "../plan/plan.ts";
import type { Context } from "./context.ts";

interface Known {
  readonly key: string;
  readonly plan: Plan;
}

/** Plans of masks that were used before: masks are immutable data, and making a plan can cost more than using it. */
const known = new WeakMap<Mask, Known>();

/** The plan of a mask in scratch memory; nothing for a mask that allows all. */
export function placePlan(
  context: Context,
  mask: Mask,
  sizes: ProblemSizes,
  tiles: PlanTiles,
): { readonly address: number; readonly batchBytes: number; readonly headBytes: number } | undefined {
  const { batch, heads, keyHeads, n, m } = sizes;
  const key = [batch, heads, keyHeads, n, m, tiles.rows, tiles.panel, tiles.blockKeys].join();
  let entry = known.get(mask);
  if (entry?.key !== key) {
    entry = { key, plan: makePlan(mask, sizes, tiles) };
    known.set(mask, entry);
  }
  const { bytes, batchBytes, headBytes, all } = entry.plan;
  if (all) return undefined;
  const address = context.scratch.take(bytes.length);
  context.bytes.set(bytes, address);
  return { address, batchBytes, headBytes };
}
