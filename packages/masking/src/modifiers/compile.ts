import { checkSizes, type MaskSizes } from "../sizes/sizes.ts";
import type { BoundModifier, LogitFunction } from "./kind.ts";
import { modifierKindOf, type ScoreModifier } from "./table.ts";

function bindModifiers(modifiers: readonly ScoreModifier[], sizes: MaskSizes): readonly BoundModifier[] {
  checkSizes(sizes);
  return modifiers.map((modifier) => {
    const kind = modifierKindOf(modifier);
    kind.check(modifier, sizes);
    return kind.bind(modifier, sizes);
  });
}

/**
 * A closure that applies the modifiers, first to last, to the scaled logit at one place of [b, h, n, m].
 *
 * @throws {MaskError} when a modifier does not fit the sizes.
 */
export function compileModifiers(modifiers: readonly ScoreModifier[], sizes: MaskSizes): LogitFunction {
  const bound = bindModifiers(modifiers, sizes);
  if (bound.length === 1) return bound[0]!.apply;
  return (logit, batch, head, query, key) => {
    let value = logit;
    for (const modifier of bound) value = modifier.apply(value, batch, head, query, key);
    return value;
  };
}

/**
 * A closure that gives the derivative of `compileModifiers(modifiers, sizes)` with respect to its logit, at the logit
 * that goes into the first modifier (chain rule over the list).
 *
 * @throws {MaskError} when a modifier does not fit the sizes.
 */
export function modifierDerivative(modifiers: readonly ScoreModifier[], sizes: MaskSizes): LogitFunction {
  const bound = bindModifiers(modifiers, sizes);
  return (logit, batch, head, query, key) => {
    let value = logit;
    let slope = 1;
    for (const modifier of bound) {
      slope *= modifier.derivative(value, batch, head, query, key);
      value = modifier.apply(value, batch, head, query, key);
    }
    return slope;
  };
}
