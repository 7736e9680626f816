const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const SUFFIXES = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/**
 * `value` to at most `digits` significant digits, without trailing zeros, and without an exponent unless it needs more
 * than fifteen zeros.
 */
export function significant(value: number, digits: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e18 || Math.abs(value) < 1e-15)) return scientific(value, digits);
  const rounded = Number(value.toPrecision(digits));
  if (rounded === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const text = rounded.toFixed(Math.min(decimals, 20));
  return (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text).replace("-", "−");
}

/** An integer as superscript digits: −4 becomes "⁻⁴". */
export function superscript(exponent: number): string {
  return String(Math.trunc(exponent))
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!);
}

/** `value` as a mantissa and a power of ten: 1.2·10⁻⁷. */
export function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const shortened = significant(Number(mantissa), digits);
  if (shortened === "1") return `10${superscript(Number(exponent))}`;
  return `${shortened}·10${superscript(Number(exponent))}`;
}

/**
 * A number for a table: integers below 10⁵ in full, else `digits` significant digits, with the suffixes k, M, G, T, P
 * from 10⁵ and powers of ten below 10⁻⁴ and from 10¹⁸.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0";
  if (magnitude < 1e-4 || magnitude >= 1e18) return scientific(value, digits);
  if (magnitude < 1e5) return Number.isInteger(value) ? String(value).replace("-", "−") : significant(value, digits);
  return withSuffix(value, digits, " ");
}

/** `value` with a suffix of thousands: 1500000 becomes "1.5M". */
export function withSuffix(value: number, digits: number, separator = ""): string {
  const rounded = Number(value.toPrecision(digits));
  for (const [scale, suffix] of SUFFIXES) {
    if (Math.abs(rounded) >= scale) return `${significant(rounded / scale, digits)}${separator}${suffix}`;
  }
  return significant(rounded, digits);
}
