import { describe, expect, it } from "vitest";
import { alignmentOffset, readAlignment } from "./alignment.ts";

const sizes = { batch: 2, heads: 1, queries: 3, keys: 10 };

describe("alignmentOffset", () => {
  it("is where query 0 stands", () => {
    expect(alignmentOffset("top-left", sizes, 0)).toBe(0);
    expect(alignmentOffset("bottom-right", sizes, 0)).toBe(7);
    expect(alignmentOffset({ offset: -2 }, sizes, 1)).toBe(-2);
    expect(alignmentOffset({ offset: [4, 5] }, sizes, 1)).toBe(5);
  });
});

describe("readAlignment", () => {
  it("takes top-left when absent, but not null", () => {
    expect(readAlignment(undefined, "a")).toBe("top-left");
    expect(() => readAlignment(null, "a")).toThrow("a is null");
  });

  it("refuses other fields", () => {
    expect(() => readAlignment({ offset: 1, ofset: 2 }, "a")).toThrow(
      "a.ofset is 2; it needs to be absent (the fields are offset)",
    );
  });
});
