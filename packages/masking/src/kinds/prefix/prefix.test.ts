import { describe, expect, it } from "vitest";
import { draw } from "../../../test/brute-force.ts";
import { itKeepsTheContract } from "../../../test/kind-contract.ts";
import { or } from "../../algebra/combine.ts";
import { compileMask } from "../../compile/compile.ts";
import { printMask } from "../../print/print.ts";
import { causal } from "../causal/causal.ts";
import { prefix } from "./prefix.ts";

describe("prefix", () => {
  itKeepsTheContract("prefix");

  it("opens the first keys to every query", () => {
    expect(draw(prefix(2), 2, 4)).toEqual(["##..", "##.."]);
    expect(draw(prefix(9), 1, 3)).toEqual(["###"]);
    expect(draw(prefix([0, 3]), 1, 4, 2, 1)).toEqual(["###."]);
  });

  it("joins with causal to a prefix language model", () => {
    expect(draw(or(prefix(2), causal()), 4, 4)).toEqual(["##..", "##..", "###.", "####"]);
  });

  it("prints", () => {
    expect(printMask(prefix([1, 2]))).toBe("prefix([1, 2])");
  });

  it("refuses bad lengths", () => {
    expect(() => prefix(-1)).toThrow("prefix.length is -1; it needs to be an integer of at least 0");
    expect(() => prefix([])).toThrow("prefix.length is []; it needs to be a list with at least one entry");
    const sizes = { batch: 1, heads: 1, queries: 1, keys: 4 };
    expect(() => compileMask(prefix([1, 2]), sizes)).toThrow("prefix.length is [1, 2]");
  });
});
