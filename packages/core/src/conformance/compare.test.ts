import { expect, it } from "vitest";
import { parseTensor } from "./case.ts";
import { mismatch } from "./compare.ts";

const tensor = (data: (number | string)[], dims = [data.length], type = "float32") => parseTensor({ type, dims, data });

it("lets pass what is equal, special values included, and what is near enough", () => {
  const expected = tensor([1, "NaN", "-Inf", "Infinity", 0, 200]);
  expect(mismatch(expected, expected, 0, 0)).toBeUndefined();
  expect(mismatch(tensor([1.0009, "NaN", "-Infinity", "Inf", 1e-8, 200.1]), expected, 1e-3, 1e-7)).toBeUndefined();
});

it("tells what is wrong: type, shape, a far value, and a special value on either side", () => {
  expect(mismatch(tensor([1]), tensor([1], [1], "float16"), 1, 1)).toBe("is float32, not float16");
  expect(mismatch(tensor([1, 2], [2, 1]), tensor([1, 2], [1, 2]), 1, 1)).toBe("has shape [2,1], not [1,2]");
  expect(mismatch(tensor([1, 2.1]), tensor([1, 2]), 1e-3, 1e-7)).toBe("[1] is 2.1, not 2");
  expect(mismatch(tensor(["NaN"]), tensor([2]), 1, 1)).toBe("[0] is NaN, not 2");
  expect(mismatch(tensor([2]), tensor(["NaN"]), 1, 1)).toBe("[0] is 2, not NaN");
  expect(mismatch(tensor([2]), tensor(["Inf"]), 1, 1)).toBe("[0] is 2, not Infinity");
  expect(mismatch(tensor(["-Inf"]), tensor(["Inf"]), 1, 1)).toBe("[0] is -Infinity, not Infinity");
});
