import { expect, test } from "vitest";
import { parseOverrides } from "./overrides.ts";

test("reads lists, generators and scalars", () => {
  expect(parseOverrides(["n=64,128", "d=pow2(5,7)", "variant=linear", "on=true", "k=null", "x=1e3"])).toEqual({
    n: [64, 128],
    d: [32, 64, 128],
    variant: ["linear"],
    on: [true],
    k: [null],
    x: [1000],
  });
});

test.each([
  ["n", /write axis=values/],
  ["=3", /write axis=values/],
  ["n=", /write axis=values/],
  ["n=1,,2", /empty value/],
  ["n=pow3(1,2)", /needs one of pow2, range, logspace.*Did you mean "pow2"/],
  ["n=pow2(7,5)", /0 <= low <= high/],
  ["n=pow2(,5)", /0 <= low <= high/],
])("refuses %s", (argument, message) => {
  expect(() => parseOverrides([argument])).toThrow(message);
});

test("refuses an axis that is set twice", () => {
  expect(() => parseOverrides(["n=1", "n=2"])).toThrow(/set twice/);
});
