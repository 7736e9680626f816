import { UnsupportedError } from "@xattn/core";
import type { MaskSizes, ScoreModifier } from "@xattn/masking";
import { far, type Tables } from "../wgsl/tables.ts";
import { offsetsOf } from "./offsets.ts";

/**
 * WGSL statements that change the logit `x` (f32) at `b`, `h`, `i`, `j` (u32), first to last. Numbers go to `tables`.
 * With `slopes` they multiply `slope` by their derivative too.
 *
 * @throws UnsupportedError for positions 2³⁰ or further away
 */
export function modifierStatements(
  modifiers: readonly ScoreModifier[],
  sizes: MaskSizes,
  tables: Tables,
  slopes = false,
): readonly string[] {
  return modifiers.map((modifier) => statement(modifier, sizes, tables, slopes));
}

function statement(modifier: ScoreModifier, sizes: MaskSizes, tables: Tables, slopes: boolean): string {
  switch (modifier.kind) {
    case "softcap": {
      const cap = tables.floats([modifier.cap])("0u");
      const capped = `x = ${cap} * hyperbolicTangent(x / ${cap});`;
      return slopes ? `${capped}\n  slope *= 1.0 - (x / ${cap}) * (x / ${cap});` : capped;
    }
    case "alibi": {
      const slope = tables.floats(modifier.slopes)("h");
      return `x -= ${slope} * f32(abs(${distance(modifier.alignment, sizes, tables)}));`;
    }
    case "relativeBias": {
      const columns = modifier.table[0]!.length;
      const shape = tables.integers([columns, (columns - 1) / 2]);
      const column = `clamp(${distance(modifier.alignment, sizes, tables)} + ${shape("1u")}, 0, ${shape("0u")} - 1)`;
      return `x += ${tables.floats(modifier.table.flat())(`h * u32(${shape("0u")}) + u32(${column})`)};`;
    }
  }
}

/** j − position(i) */
function distance(alignment: Parameters<typeof offsetsOf>[0], sizes: MaskSizes, tables: Tables): string {
  const offsets = offsetsOf(alignment, sizes);
  if (offsets.values.some((offset) => Math.abs(offset) >= far)) {
    throw new UnsupportedError(`modifiers: an offset of ${Math.max(...offsets.values)} is not below 2³⁰`);
  }
  return `(i32(j) - i32(i) - ${tables.integers(offsets.values)(offsets.index)})`;
}

/**
 * tanh with the relative error of exp: WGSL allows the built-in one an absolute error of 1e-5. Below ¼ the series up to
 * x⁹, whose next term is below 2e-9.
 */
export const hyperbolicTangent = `
fn hyperbolicTangent(x: f32) -> f32 {
  let y = x * x;
  let series = x * (1.0 + y * (-0.33333334 + y * (0.13333334 + y * (-0.053968254 + y * 0.021869488))));
  let t = exp(-2.0 * abs(x));
  return select(sign(x) * ((1.0 - t) / (1.0 + t)), series, abs(x) < 0.25);
}`;
