import { formatNumber, scientific, significant, withSuffix } from "./number.ts";

interface Step {
  readonly size: number;
  readonly label: string;
}

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  seconds: 1,
};

const TIME_STEPS: readonly Step[] = [
  { size: 1, label: "s" },
  { size: 1e-3, label: "ms" },
  { size: 1e-6, label: "µs" },
  { size: 1e-9, label: "ns" },
];

const BYTE_STEPS: readonly Step[] = [
  { size: 2 ** 40, label: "TiB" },
  { size: 2 ** 30, label: "GiB" },
  { size: 2 ** 20, label: "MiB" },
  { size: 2 ** 10, label: "KiB" },
  { size: 1, label: "B" },
];

/** The steps a unit is shown in, and how large one unit is in terms of their base; nothing for other units. */
function stepsOf(unit: string): { readonly steps: readonly Step[]; readonly base: number } | undefined {
  const seconds = SECONDS[unit];
  if (seconds !== undefined) return { steps: TIME_STEPS, base: seconds };
  if (unit === "bytes" || unit === "B") return { steps: BYTE_STEPS, base: 1 };
  return undefined;
}

/** Whether values of this unit are shown with a unit of their own size, as 10 µs and 1 ms for "ms". */
export function hasOwnSteps(unit: string): boolean {
  return stepsOf(unit) !== undefined;
}

export function isBytes(unit: string): boolean {
  return unit === "bytes" || unit === "B";
}

function scaled(value: number, unit: string, digits: number): string | undefined {
  const found = stepsOf(unit);
  if (found === undefined || value === 0 || !Number.isFinite(value)) return undefined;
  const base = Number((value * found.base).toPrecision(12));
  const step = found.steps.find(({ size }) => Math.abs(base) >= size) ?? found.steps[found.steps.length - 1]!;
  return `${significant(base / step.size, digits)} ${step.label}`;
}

/** A value with its unit, in the unit of its size where there is one: 0.0123 of "ms" becomes "12.3 µs". */
export function formatWithUnit(value: number, unit: string, digits = 4): string {
  const text = scaled(value, unit, digits) ?? formatNumber(value, digits);
  return stepsOf(unit) !== undefined && value !== 0 ? text : [text, unitSuffix(unit)].filter(Boolean).join(" ");
}

function unitSuffix(unit: string): string {
  return unit === "1" ? "" : unit;
}

/** The label of a tick on a logarithmic axis. */
export function tickLabel(value: number, unit: string): string {
  const own = scaled(value, unit, 3);
  if (own !== undefined) return own;
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude < 1e-3 || magnitude >= 1e15) return scientific(value, 3);
  if (magnitude < 1e4) return significant(value, 4);
  return withSuffix(value, 3);
}

/** "time (ms)", or the bare name for pure numbers and for names that are units. */
export function titleWithUnit(name: string, unit: string): string {
  return unit === "1" || unit === "" || unit === name ? name : `${name} (${unit})`;
}
