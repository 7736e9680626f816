import { INDEPENDENT, type MaskKind } from "../../kind/kind.ts";
import { oneSpan } from "../../spans/spans.ts";

export interface AllMask {
  readonly kind: "all";
}

/** Every query may look at every key. */
export const all: AllMask = { kind: "all" };

export const allKind: MaskKind<AllMask> = {
  kind: "all",
  fields: [],
  scattered: false,
  read: () => all,
  print: () => "all",
  constant: () => true,
  dependsOn: () => INDEPENDENT,
  check: () => {},
  evaluate: () => true,
  bind: () => ({
    allows: () => true,
    cover: () => "full",
    spans: (_batch, _head, _query, from, to) => oneSpan(from, to, from, to),
  }),
};
