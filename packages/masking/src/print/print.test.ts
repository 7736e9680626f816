import { describe, expect, it } from "vitest";
import { and, not, or } from "../algebra/combine.ts";
import { causal } from "../kinds/causal/causal.ts";
import { padding } from "../kinds/padding/padding.ts";
import { prefix } from "../kinds/prefix/prefix.ts";
import { window } from "../kinds/window/window.ts";
import type { Mask } from "../mask.ts";
import { printMask } from "./print.ts";

describe("printMask", () => {
  it.each<[string, Mask]>([
    ["causal(bottom-right) & window(128, 0)", and(causal("bottom-right"), window(128, 0))],
    ["prefix(4) | causal", or(prefix(4), causal())],
    ["(prefix(4) | causal) & padding(keys [3, 5])", and(or(prefix(4), causal()), padding({ keys: [3, 5] }))],
    ["prefix(4) | (causal & window(2, 0))", or(prefix(4), and(causal(), window(2, 0)))],
    ["!causal", not(causal())],
    ["!(causal | prefix(1)) & prefix(2)", and(not(or(causal(), prefix(1))), prefix(2))],
    ["causal & prefix(1)", and(or(causal()), prefix(1))],
    ["!(causal & prefix(1))", not(and(causal(), prefix(1)))],
    ["all | none", or(and(), or())],
    ["!all", not(and())],
  ])("%s", (text, mask) => {
    expect(printMask(mask)).toBe(text);
  });
});
