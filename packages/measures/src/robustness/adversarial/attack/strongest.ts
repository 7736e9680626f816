import type { AttentionProblem, Random } from "@xattn/core";
import { onBoundary } from "../../perturb/ball.ts";
import { type Inputs, inputsOf, radiusOf } from "../../perturb/inputs.ts";
import type { InputName, Norm } from "../../perturb/perturbation.ts";
import { outputOf, type WorstCase, worstCase } from "../../perturb/worst-case.ts";
import { autoPgd, deltaOf, movedBy, type Target } from "./auto-pgd.ts";
import { cornerFlips } from "./corner-flips.ts";
import { type Found, harmed, worse } from "./found.ts";
import { swapKeys } from "./swap-keys.ts";

const plain = { restarts: 2, steps: 12 } as const;
const polish = { steps: 10 } as const;
const climb = { steps: 20 } as const;
/** Short steps, which keep the selection that they start from. */
const within = { steps: 20, stride: 0.2 } as const;
/** Random corners that flips start from, besides the one that ascent found. */
const corners = { smooth: 4, jumping: 30 } as const;
/** Random points that top-k attention is climbed from, half of them on the slope of a stand-in. */
const climbs = 6;

/**
 * The worst that a set of attacks finds, each of which starts from what those before it found:
 *
 * 1. projected gradient ascent from the leading singular direction and random points (`worstCase`);
 * 2. Auto-PGD, with momentum and a step that halves, from there;
 * 3. for queries in the box instead, greedy flips from corner to corner, row by row (`cornerFlips`);
 * 4. for top-k attention, whose jumps no gradient sees, Auto-PGD on the slope of 1.5-entmax, which also weighs keys near
 *    the border of the selection, and from queries that select other keys at the least cost (`swapKeys`).
 */
export function strongestAttack(
  problem: AttentionProblem,
  names: readonly InputName[],
  norm: Norm,
  budget: number,
  random: Random,
): WorstCase {
  const inputs = inputsOf(problem, names);
  const target: Target = { problem, names, norm, radius: radiusOf(norm, inputs, budget) };
  const clean = outputOf(problem);
  const ascent = worstCase(problem, names, norm, budget, random.fork("ascent"), plain);
  let worst: Found = { delta: deltaOf(target, ascent.problem), change: ascent.change };
  const queries = names.length === 1 && names[0] === "query";
  const inBox = queries && norm === "linf";
  if (!inBox) worst = worse(worst, autoPgd(target, worst.delta, polish));
  const inFull = (delta: Inputs): Found => ({ delta, change: harmed(problem, names, inputs, clean, delta).change });
  const variant = problem.variant;
  if (variant?.kind === "topK") {
    const starts = random.fork("climbs");
    for (let index = 0; index < climbs; index += 1) {
      const start = onBoundary(norm, inputs, target.radius, starts);
      const slope = index % 2 === 0 ? {} : ({ slopeOf: { kind: "entmax" } } as const);
      worst = worse(worst, autoPgd(target, start, { ...climb, ...slope }));
    }
    if (queries && norm === "l2") {
      const swapped = swapKeys(target, variant.k);
      worst = worse(worst, worse(inFull(swapped), autoPgd(target, swapped, within)));
    }
  }
  if (inBox) {
    const restarts = variant?.kind === "topK" ? corners.jumping : corners.smooth;
    worst = worse(worst, inFull(cornerFlips(target, worst.delta, random.fork("corners"), restarts)));
  }
  return { problem: movedBy(target, worst.delta), change: worst.change };
}
