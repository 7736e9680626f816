import { describe, expect, it } from "vitest";
import { draw } from "../../test/brute-force.ts";
import { causal } from "../kinds/causal/causal.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { window } from "../kinds/window/window.ts";
import type { Mask } from "../mask.ts";
import { and, not, or } from "./combine.ts";

describe("and, or, not", () => {
  it("intersect, unite and complement", () => {
    expect(draw(and(causal(), window(1, 1)), 3, 3)).toEqual(["#..", "##.", ".##"]);
    expect(draw(or(window(0, 0), prefix(1)), 3, 3)).toEqual(["#..", "##.", "#.#"]);
    expect(draw(not(causal()), 2, 3)).toEqual([".##", "..#"]);
  });

  it("of nothing are everything and nothing", () => {
    expect(draw(and(), 1, 2)).toEqual(["##"]);
    expect(draw(or(), 1, 2)).toEqual([".."]);
  });

  it("refuse what is not a mask", () => {
    expect(() => and(causal(), causal as unknown as Mask)).toThrow("and.masks[1] is a function; it needs to be a mask");
    expect(() => or([causal()] as unknown as Mask)).toThrow("or.masks[0] is [{ kind:");
    expect(() => not({ kind: "casual" } as unknown as Mask)).toThrow('not.mask is { kind: "casual" }');
  });
});
