import type { BoundMask } from "../kind/kind.ts";
import type { Spans } from "../spans/spans.ts";

/** The intersection. `masks` come with those first whose spans are cheap: the later ones see only what is left. */
export function bindAnd(masks: readonly BoundMask[]): BoundMask {
  return {
    allows: (batch, head, query, key) => {
      for (const mask of masks) if (!mask.allows(batch, head, query, key)) return false;
      return true;
    },
    cover: (batch, head, region) => {
      let result: ReturnType<BoundMask["cover"]> = "full";
      for (const mask of masks) {
        const part = mask.cover(batch, head, region);
        if (part === "empty") return "empty";
        // Two parts that each allow some pairs need not share one.
        if (part !== "full") result = result === "full" ? part : "unknown";
      }
      return result;
    },
    spans: (batch, head, query, from, to) => {
      let left: Spans = from < to ? [from, to] : [];
      for (const mask of masks) {
        if (left.length === 0) return left;
        const next: number[] = [];
        for (let at = 0; at < left.length; at += 2) {
          for (const edge of mask.spans(batch, head, query, left[at]!, left[at + 1]!)) next.push(edge);
        }
        left = next;
      }
      return left;
    },
  };
}
