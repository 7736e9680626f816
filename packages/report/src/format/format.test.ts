import { describe, expect, it } from "vitest";
import { formatNumber, scientific, significant, superscript, withSuffix } from "./number.ts";
import { formatWithUnit, hasOwnSteps, tickLabel, titleWithUnit } from "./unit.ts";
import { formatDuration, formatEstimate, formatParameters, formatPercent, formatValue } from "./value.ts";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [1, "1"],
    [65536, "65536"],
    [1.23456, "1.235"],
    [0.00012347, "0.0001235"],
    [9999.94, "10000"],
    [123456, "123.5 k"],
    [999999, "1 M"],
    [12345678, "12.35 M"],
    [2e18, "2·10¹⁸"],
    [-1.5e-7, "−1.5·10⁻⁷"],
    [1e-9, "10⁻⁹"],
    [-42, "−42"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NaN, "not a number"],
  ])("shows %d as %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("never shows an exponent of JavaScript", () => {
    for (let exponent = -20; exponent < 25; exponent++) {
      for (const mantissa of [1, 1.5, 9.9999]) {
        const value = mantissa * 10 ** exponent;
        for (const text of [formatNumber(value), tickLabel(value, "1"), tickLabel(value, "ms"), withSuffix(value, 3)]) {
          expect(text).not.toMatch(/\de[+-]?\d/);
        }
      }
    }
  });

  it("keeps significant digits without trailing zeros", () => {
    expect(significant(1.5, 4)).toBe("1.5");
    expect(significant(1200, 4)).toBe("1200");
    expect(significant(0.000012, 3)).toBe("0.000012");
    expect(scientific(1e-4, 3)).toBe("10⁻⁴");
    expect(superscript(-12)).toBe("⁻¹²");
  });
});

describe("units", () => {
  it.each([
    [0.01, "ms", "10 µs"],
    [1, "ms", "1 ms"],
    [1500, "ms", "1.5 s"],
    [2e-7, "ms", "0.2 ns"],
    [1048576, "bytes", "1 MiB"],
    [512, "bytes", "512 B"],
    [10000, "1", "10k"],
    [1e-5, "1", "10⁻⁵"],
    [0.001, "1", "0.001"],
  ])("labels the tick %d %s as %s", (value, unit, text) => expect(tickLabel(value, unit)).toBe(text));

  it("shows values in the unit of their size, others with the unit as it is", () => {
    expect(formatWithUnit(0.01234, "ms")).toBe("12.34 µs");
    expect(formatWithUnit(2e6, "multiply-adds")).toBe("2 M multiply-adds");
    expect(formatWithUnit(0, "ms")).toBe("0 ms");
    expect(formatWithUnit(0.5, "1")).toBe("0.5");
    expect(hasOwnSteps("ms")).toBe(true);
    expect(hasOwnSteps("multiply-adds")).toBe(false);
  });

  it("puts units in titles, but none for pure numbers", () => {
    expect(titleWithUnit("time", "ms")).toBe("time (ms)");
    expect(titleWithUnit("n", "1")).toBe("n");
    expect(titleWithUnit("bytes", "bytes")).toBe("bytes");
  });
});

describe("values", () => {
  it("shows what is missing as a dash and estimates with their interval", () => {
    expect(formatValue(null)).toBe("—");
    expect(formatValue(true)).toBe("true");
    expect(formatEstimate({ estimate: 1.02345, low: 0.98, high: 1.06 })).toBe("1.023 [0.98, 1.06]");
    expect(formatParameters({ d: 64, variant: "chunked" })).toBe("d = 64, variant = chunked");
    expect(formatPercent(0.01234)).toBe("1.2 %");
    expect(formatDuration(250)).toBe("4 min 10 s");
    expect(formatDuration(3600)).toBe("1 h");
    expect(formatDuration(0.5)).toBe("0.5 s");
  });
});
