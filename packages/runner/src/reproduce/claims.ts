import type { RunData, Verdict } from "../run-data.ts";
import type { Comparison } from "./reproduce.ts";
import type { Reproduction } from "./verdict.ts";

/** A claim is reproduced when it gets the same verdict; noise on either side makes a difference ambiguous. */
export function compareClaims(reference: RunData, rerun: RunData, sameEnvironment: boolean): readonly Comparison[] {
  const later = new Map(rerun.claims.map((claim) => [claim.name, claim.verdict]));
  return reference.claims.map((claim): Comparison => {
    const after = later.get(claim.name);
    return {
      part: "claim",
      name: claim.name,
      verdict: judge(claim.verdict, after, sameEnvironment),
      evidence: after === undefined ? "The rerun has no such claim." : `${claim.verdict} then ${after}.`,
    };
  });
}

function judge(before: Verdict, after: Verdict | undefined, sameEnvironment: boolean): Reproduction {
  if (after === undefined) return "missing";
  if (after === before) return "exact";
  if (before === "inconclusive" || after === "inconclusive") return "ambiguous";
  if (before === "untested" || after === "untested") return "missing";
  return sameEnvironment ? "drifted" : "environment-differs";
}
