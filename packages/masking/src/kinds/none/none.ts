import { INDEPENDENT, type MaskKind } from "../../kind/kind.ts";

export interface NoneMask {
  readonly kind: "none";
}

/** No query may look at any key. */
export const none: NoneMask = { kind: "none" };

export const noneKind: MaskKind<NoneMask> = {
  kind: "none",
  fields: [],
  scattered: false,
  read: () => none,
  print: () => "none",
  constant: () => false,
  dependsOn: () => INDEPENDENT,
  check: () => {},
  evaluate: () => false,
  bind: () => ({
    allows: () => false,
    cover: () => "empty",
    spans: () => [],
  }),
};
