import type { BoundMask } from "../kind/kind.ts";
import { complementSpans } from "../spans/spans.ts";

const OPPOSITE = { empty: "full", partial: "partial", full: "empty", unknown: "unknown" } as const;

export function bindNot(mask: BoundMask): BoundMask {
  return {
    allows: (batch, head, query, key) => !mask.allows(batch, head, query, key),
    cover: (batch, head, region) => OPPOSITE[mask.cover(batch, head, region)],
    spans: (batch, head, query, from, to) => complementSpans(mask.spans(batch, head, query, from, to), from, to),
  };
}
