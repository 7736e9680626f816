import { significant } from "../format/number.ts";
import { isBytes, tickLabel } from "../format/unit.ts";
import { niceStep, round } from "./aggregate.ts";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

export type Orientation = "horizontal" | "vertical";

/** Pixels that a label of eleven-point DejaVu Sans takes, with some to spare. */
export function labelWidth(text: string, size = 11): number {
  return text.length * size * 0.62;
}

/** Whether labels at these places (in pixels) keep a distance. */
function fit(ticks: readonly Tick[], place: (value: number) => number, orientation: Orientation): boolean {
  return ticks.every((tick, index) => {
    const next = ticks[index + 1];
    if (next === undefined) return true;
    const gap = Math.abs(place(next.value) - place(tick.value));
    return gap >= (orientation === "vertical" ? 20 : (labelWidth(tick.label) + labelWidth(next.label)) / 2 + 12);
  });
}

/**
 * Ticks of a logarithmic axis over [low, high], `length` pixels long: powers of two for base 2 and for bytes, else
 * powers of ten, with 2 and 5 or all digits between them where the axis spans little. The densest that fits is taken.
 */
export function logTicks(
  low: number,
  high: number,
  length: number,
  orientation: Orientation,
  base: number,
  unit: string,
): readonly Tick[] {
  const place = (value: number) => (length * Math.log(value / low)) / Math.log(high / low);
  const candidates = base === 2 || isBytes(unit) ? binaryCandidates(low, high, unit) : decimalCandidates(low, high);
  const ticks = candidates.map((values) => values.map((value) => ({ value, label: baseLabel(value, base, unit) })));
  const enough = ticks.filter((list) => list.length >= 2 && list.length <= 14);
  return enough.find((list) => fit(list, place, orientation)) ?? ticks.find((list) => list.length === 1) ?? [];
}

function baseLabel(value: number, base: number, unit: string): string {
  // Sizes keep all their digits, since 65536 says more than 65.5k.
  if (base === 2 && !isBytes(unit) && value >= 1 && value < 1e7) return String(value);
  return tickLabel(value, unit);
}

function binaryCandidates(low: number, high: number, unit: string): readonly (readonly number[])[] {
  const [first, last] = [Math.ceil(Math.log2(low) - 1e-9), Math.floor(Math.log2(high) + 1e-9)];
  const steps = isBytes(unit) ? [1, 2, 5, 10, 20] : [1, 2, 3, 4, 6, 8, 12, 16];
  const powers = steps.map((step) => {
    const start = Math.ceil(first / step) * step;
    return sequence(start, last, step).map((exponent) => 2 ** exponent);
  });
  return [...powers, ...decimalCandidates(low, high)];
}

function decimalCandidates(low: number, high: number): readonly (readonly number[])[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const decades = sequence(first, last, 1);
  const digits = (list: readonly number[]) =>
    decades.flatMap((exponent) => list.map((digit) => round(digit * 10 ** exponent))).filter(within);
  const sparse = [1, 2, 3, 4, 6].map((step) =>
    sequence(Math.ceil(first / step) * step, last, step)
      .map((exponent) => round(10 ** exponent))
      .filter(within),
  );
  const narrow = linearValues(low, high, 5).filter(within);
  const spread = Math.log10(high / low);
  const dense = spread < 1 ? [digits([1, 2, 3, 4, 5, 6, 7, 8, 9]), narrow] : [];
  return [...dense, ...(spread < 3.2 ? [digits([1, 2, 5])] : []), ...sparse, digits([1, 2, 5]), digits([1, 3]), narrow];
}

function sequence(first: number, last: number, step: number): number[] {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => first + index * step);
}

function linearValues(low: number, high: number, count: number): number[] {
  const step = niceStep((high - low || Math.abs(low) || 1) / count);
  return sequence(Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9), 1).map((index) => round(index * step));
}

/** Ticks of a linear axis, one step beyond the data at most, and the domain that they span. */
export function linearTicks(
  low: number,
  high: number,
  length: number,
  orientation: Orientation,
): { readonly domain: readonly [number, number]; readonly ticks: readonly Tick[] } {
  if (low === high) {
    const room = Math.abs(low) / 2 || 1;
    return linearTicks(low - room, high + room, length, orientation);
  }
  for (let count = Math.max(2, Math.floor(length / (orientation === "vertical" ? 45 : 60))); count > 1; count--) {
    const values = linearValues(low, high, count);
    const domain = [values[0]!, values[values.length - 1]!] as const;
    const ticks = values.map((value) => ({ value, label: linearLabel(value, domain) }));
    const place = (value: number) => (length * (value - domain[0])) / (domain[1] - domain[0]);
    if (fit(ticks, place, orientation)) return { domain, ticks };
  }
  const ends = linearValues(low, high, 1);
  const domain = [ends[0]!, ends[ends.length - 1]!] as const;
  return { domain, ticks: domain.map((value) => ({ value, label: linearLabel(value, domain) })) };
}

function linearLabel(value: number, [low, high]: readonly [number, number]): string {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  return largest < 1e5 && largest >= 1e-3 ? significant(value, 6) : tickLabel(value, "1");
}
