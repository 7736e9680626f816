import type { Numbers } from "./case.ts";

/** What is wrong with an output, in words; undefined when |actual − expected| ≤ atol + rtol·|expected| everywhere. */
export function mismatch(actual: Numbers, expected: Numbers, rtol: number, atol: number): string | undefined {
  if (actual.type !== expected.type) return `is ${actual.type}, not ${expected.type}`;
  if (actual.dims.join() !== expected.dims.join()) return `has shape [${actual.dims}], not [${expected.dims}]`;
  const wrong = expected.data.findIndex((value, index) => {
    const found = actual.data[index]!;
    if (Object.is(found, value) || found === value) return false;
    return !(Math.abs(found - value) <= atol + rtol * Math.abs(value)) || !Number.isFinite(value);
  });
  return wrong < 0 ? undefined : `[${wrong}] is ${actual.data[wrong]}, not ${expected.data[wrong]}`;
}
