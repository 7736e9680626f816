import { describe, expect, it } from "vitest";
import { describe as describeValue } from "./describe.ts";
import { MaskError } from "./mask-error.ts";

describe("MaskError", () => {
  it("names the argument, the value and the need", () => {
    const error = new MaskError("window.left", "two", "an integer");
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe("MaskError");
    expect(error.message).toBe('window.left is "two"; it needs to be an integer');
    expect([error.argument, error.need]).toEqual(["window.left", "an integer"]);
  });
});

describe("describe", () => {
  it("keeps values short and readable", () => {
    expect(describeValue(undefined)).toBe("undefined");
    expect(describeValue(() => 1)).toBe("a function");
    expect(describeValue([1, [2, "x"]])).toBe('[1, [2, "x"]]');
    expect(describeValue(Array.from({ length: 10 }, (_, at) => at))).toBe("[0, 1, 2, 3, 4, 5, 6, 7, …] (10 entries)");
    expect(describeValue({ kind: "or", masks: [1], inner: { a: 1 } })).toBe('{ kind: "or", masks: […], inner: {…} }');
  });
});
