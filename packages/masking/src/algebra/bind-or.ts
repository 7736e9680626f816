import type { BoundMask } from "../kind/kind.ts";
import { type Spans, uniteSpans } from "../spans/spans.ts";

export function bindOr(masks: readonly BoundMask[]): BoundMask {
  return {
    allows: (batch, head, query, key) => {
      for (const mask of masks) if (mask.allows(batch, head, query, key)) return true;
      return false;
    },
    cover: (batch, head, region) => {
      let result: ReturnType<BoundMask["cover"]> = "empty";
      for (const mask of masks) {
        const part = mask.cover(batch, head, region);
        if (part === "full") return "full";
        // Two parts that each leave pairs out may together leave out none.
        if (part !== "empty") result = result === "empty" ? part : "unknown";
      }
      return result;
    },
    spans: (batch, head, query, from, to) => {
      let united: Spans = [];
      for (const mask of masks) united = uniteSpans(united, mask.spans(batch, head, query, from, to));
      return united;
    },
  };
}
