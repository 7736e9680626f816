import { describe, expect, test } from "vitest";
import { toFloat64 } from "../../tensor/convert.ts";
import { type LinearAttentionCase, runLinearAttentionCase } from "./onnx-case.ts";

const one = (type: string, ...data: (number | string)[]) => ({ type, dims: [1, data.length, 1], data });

const sound: LinearAttentionCase = {
  op: "LinearAttention",
  attributes: { q_num_heads: 1, kv_num_heads: 1, update_rule: "linear" },
  nodeInputs: ["q", "k", "v"],
  nodeOutputs: ["out", "state"],
  inputs: { q: one("float32", 1, 2), k: one("float32", 3, 1), v: one("float32", 5, 4) },
};

const numbers = (node: LinearAttentionCase) =>
  Object.fromEntries(
    Object.entries(runLinearAttentionCase(node)).map(([name, value]) => [name, [...toFloat64(value)]]),
  );

describe("an ONNX node", () => {
  test("by hand: the state is 15, then 19", () => {
    expect(numbers(sound)).toEqual({ out: [15, 38], state: [19] });
  });

  test("outputs may be absent, and chunk_size changes nothing", () => {
    expect(numbers({ ...sound, nodeOutputs: ["out"] })).toEqual({ out: [15, 38] });
    expect(numbers({ ...sound, nodeOutputs: ["", "state"] })).toEqual({ state: [19] });
    for (const chunk_size of [1, 2, 64]) {
      expect(numbers({ ...sound, attributes: { ...sound.attributes, chunk_size } })).toEqual(numbers(sound));
    }
  });

  test("scale multiplies the output; 0 stands for 1/√d", () => {
    const scaled = (scale: number) => numbers({ ...sound, attributes: { ...sound.attributes, scale } });
    expect(scaled(0.5).out).toEqual([7.5, 19]);
    expect(scaled(0).out).toEqual([15, 38]);
  });

  test("the rule is gated_delta when absent, and optional inputs are found by place", () => {
    const node: LinearAttentionCase = {
      ...sound,
      attributes: { q_num_heads: 1, kv_num_heads: 1 },
      nodeInputs: ["q", "k", "v", "", "g", "b"],
      inputs: { ...sound.inputs, g: one("float32", 0, -Math.LN2), b: one("float32", 0.5, 1) },
    };
    // S = ½·3·5 = 7.5, then 3.75 + 1·(4 − 3.75) = 4.
    expect(numbers(node).out![0]).toBe(7.5);
    expect(numbers(node).out![1]).toBeCloseTo(8, 6);
  });

  test("element types go through: half precision is rounded once, float64 not at all, NaN and infinity are read", () => {
    const typed = (type: string) => ({
      ...sound,
      inputs: { q: one(type, 1, 1), k: one(type, 1, 1), v: one(type, 1, 0.00390625) },
    });
    expect(runLinearAttentionCase(typed("float16")).out!.dtype).toBe("float16");
    expect(numbers(typed("float16")).out).toEqual([1, 1.00390625]);
    expect(numbers(typed("bfloat16")).out).toEqual([1, 1]);
    expect(runLinearAttentionCase(typed("double")).out!.dtype).toBe("float64");
    expect(runLinearAttentionCase(typed("float32"), "reference").out!.dtype).toBe("float64");
    const special = { ...sound, inputs: { ...sound.inputs, v: one("float32", "Infinity", "NaN") } };
    expect(numbers(special).out).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
  });

  const refused: readonly (readonly [string, Partial<LinearAttentionCase>, string])[] = [
    ["another operator", { op: "Attention" }, "UnsupportedError"],
    ["an unknown attribute", { attributes: { ...sound.attributes, window: 3 } }, "UnsupportedError"],
    ["an unknown input", { nodeInputs: ["q", "k", "v", "", "", "", "k"] }, "UnsupportedError"],
    ["an unknown output", { nodeOutputs: ["out", "state", "more"] }, "UnsupportedError"],
    ["integers", { inputs: { ...sound.inputs, q: one("int64", 1, 2) } }, "UnsupportedError"],
    ["an input that is not given", { inputs: { q: one("float32", 1, 2) } }, "ArgumentError"],
    ["no key", { nodeInputs: ["q", "", "v"] }, "ArgumentError"],
    ["no head count", { attributes: { update_rule: "linear", kv_num_heads: 1 } }, "ArgumentError"],
    ["another rule", { attributes: { ...sound.attributes, update_rule: "other" } }, "ArgumentError"],
  ];
  for (const [what, change, name] of refused) {
    test(`refuses ${what}`, () => {
      expect(() => runLinearAttentionCase({ ...sound, ...change })).toThrow(expect.objectContaining({ name }));
    });
  }
});
