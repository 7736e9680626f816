import type { MaskKind } from "../kind/kind.ts";
import { allKind } from "./all/all.ts";
import { blockKind } from "./block/block.ts";
import { causalKind } from "./causal/causal.ts";
import { denseKind } from "./dense/dense.ts";
import { documentKind } from "./document/document.ts";
import { globalKind } from "./global/global.ts";
import { noneKind } from "./none/none.ts";
import { paddingKind } from "./padding/padding.ts";
import { prefixKind } from "./prefix/prefix.ts";
import { stridedKind } from "./strided/strided.ts";
import { windowKind } from "./window/window.ts";

/** Every kind of mask that is not made of others. A new kind is a line here; its type joins `Mask` by itself. */
export const kinds = {
  all: allKind,
  none: noneKind,
  causal: causalKind,
  window: windowKind,
  prefix: prefixKind,
  document: documentKind,
  block: blockKind,
  strided: stridedKind,
  global: globalKind,
  padding: paddingKind,
  dense: denseKind,
};

type Kinds = typeof kinds;

/** A mask that is not made of others. */
export type LeafMask = { [K in keyof Kinds]: Kinds[K] extends MaskKind<infer M> ? M : never }[keyof Kinds];

export function kindOf(mask: LeafMask): MaskKind<LeafMask> {
  return kinds[mask.kind] as MaskKind<LeafMask>;
}
