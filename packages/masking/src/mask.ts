import type { LeafMask } from "./kinds/table.ts";

export interface AndMask {
  readonly kind: "and";
  readonly masks: readonly Mask[];
}

export interface OrMask {
  readonly kind: "or";
  readonly masks: readonly Mask[];
}

export interface NotMask {
  readonly kind: "not";
  readonly mask: Mask;
}

/**
 * Who may look at whom: an expression tree of plain data (JSON), true where query i of batch b and head h may
 * attend to key j.
 */
export type Mask = LeafMask | AndMask | OrMask | NotMask;
