import type { Dependence } from "../kind/kind.ts";
import type { Fields } from "../read/values.ts";
import type { MaskSizes } from "../sizes/sizes.ts";

/** Takes a logit and its place to a number: the changed logit, or the derivative of it. */
export type LogitFunction = (logit: number, batch: number, head: number, query: number, key: number) => number;

export interface BoundModifier {
  readonly apply: LogitFunction;
  /** d apply(x) / dx at x. */
  readonly derivative: LogitFunction;
}

/** All that the library knows of one kind of score modifier: one module, one line in `modifiers/table.ts`. */
export interface ModifierKind<M extends { readonly kind: string }> {
  readonly kind: M["kind"];
  readonly fields: readonly string[];
  /** Checks values of any type and makes the modifier. Throws MaskError with the path. */
  read(fields: Fields, path: string): M;
  print(modifier: M): string;
  dependsOn(modifier: M): Dependence;
  /** Throws MaskError when the modifier does not fit the sizes. */
  check(modifier: M, sizes: MaskSizes): void;
  bind(modifier: M, sizes: MaskSizes): BoundModifier;
}
