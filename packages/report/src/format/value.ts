import type { Estimate } from "@xattn/runner";
import { formatNumber } from "./number.ts";

type Value = number | string | boolean | null | undefined;

/** A cell of a table: an em dash for what is not there. */
export function formatValue(value: Value): string {
  if (value === null || value === undefined) return "—";
  return typeof value === "number" ? formatNumber(value) : String(value);
}

/** "1.02 [0.98, 1.06]": an estimate with its 95 % interval. */
export function formatEstimate({ estimate, low, high }: Estimate): string {
  return `${formatNumber(estimate)} [${formatNumber(low)}, ${formatNumber(high)}]`;
}

/** "d = 64, variant = chunked". */
export function formatParameters(parameters: Readonly<Record<string, Value>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${formatValue(value)}`)
    .join(", ");
}

/** A share as a percentage to two significant digits. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${formatNumber(share * 100, 2)} %` : "—";
}

/** A duration in words: "4 min 10 s". */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${formatNumber(seconds, 3)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const parts = [hours > 0 ? `${hours} h` : "", minutes > 0 ? `${minutes} min` : "", rest > 0 ? `${rest} s` : ""];
  return parts.filter(Boolean).join(" ");
}
