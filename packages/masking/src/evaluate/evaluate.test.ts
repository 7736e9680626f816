import { describe, expect, it } from "vitest";
import { causal } from "../kinds/causal/causal.ts";
import { evaluateMask } from "./evaluate.ts";

const sizes = { batch: 1, heads: 2, queries: 3, keys: 4 };

describe("evaluateMask", () => {
  it("answers for one pair", () => {
    expect(evaluateMask(causal(), { batch: 0, head: 1, query: 1, key: 1 }, sizes)).toBe(true);
    expect(evaluateMask(causal(), { batch: 0, head: 1, query: 1, key: 2 }, sizes)).toBe(false);
  });

  it("refuses positions outside of the sizes", () => {
    const inside = { batch: 0, head: 0, query: 0, key: 0 };
    expect(() => evaluateMask(causal(), { ...inside, key: 4 }, sizes)).toThrow(
      "position.key is 4; it needs to be an integer from 0 to below 4",
    );
    expect(() => evaluateMask(causal(), { ...inside, head: 2 }, sizes)).toThrow("position.head is 2");
    expect(() => evaluateMask(causal(), { ...inside, query: -1 }, sizes)).toThrow("position.query is -1");
  });
});
