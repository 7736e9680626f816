import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../../errors/errors.ts";
import { parseTensor } from "../case.ts";
import type { GraphNode, RawInitializer } from "./graph.ts";
import { runGraph } from "./run.ts";

type Constants = Readonly<Record<string, RawInitializer["data"] | number>>;

/** One node on x = [[1, 2, 3], [−4, 5, 6]] and integer constants; gives [dims, data]. */
function run(op: string, constants: Constants, attrs: GraphNode["attrs"] = {}, type = "float32", constantType = type) {
  const initializers = Object.entries(constants).map(([name, data]) => {
    const list = typeof data === "number" ? [data] : data;
    return { name, type: constantType, dims: typeof data === "number" ? [] : [list.length], data: list };
  });
  const node = { op, inputs: ["x", ...Object.keys(constants)], outputs: ["y"], attrs };
  const x = parseTensor({ type, dims: [2, 3], data: [1, 2, 3, -4, 5, 6] });
  const result = runGraph({ nodes: [node], inputs: ["x"], outputs: ["y"], initializers }, x);
  return [result.dims, [...result.data]];
}

describe("the graph interpreter", () => {
  it("broadcasts elementwise operators by trailing axes", () => {
    expect(run("Add", { c: [10, 20, 30] })).toEqual([
      [2, 3],
      [11, 22, 33, 6, 25, 36],
    ]);
    expect(run("Mul", { c: 2 })).toEqual([
      [2, 3],
      [2, 4, 6, -8, 10, 12],
    ]);
    expect(run("Max", { c: [2, 2, 2], d: 3 })).toEqual([
      [2, 3],
      [3, 3, 3, 3, 5, 6],
    ]);
    expect(run("GreaterOrEqual", { c: 2 })).toEqual([
      [2, 3],
      [0, 1, 1, 0, 1, 1],
    ]);
    expect(run("Relu", {})).toEqual([
      [2, 3],
      [1, 2, 3, 0, 5, 6],
    ]);
  });

  it("divides and takes remainders as the element type says", () => {
    expect(run("Div", { c: 2 }, {}, "int64")).toEqual([
      [2, 3],
      [0, 1, 1, -2, 2, 3],
    ]);
    expect(run("Div", { c: 2 })).toEqual([
      [2, 3],
      [0.5, 1, 1.5, -2, 2.5, 3],
    ]);
    expect(run("Mod", { c: 3 }, {}, "int64")).toEqual([
      [2, 3],
      [1, 2, 0, 2, 2, 0],
    ]);
    expect(run("Mod", { c: 3 }, { fmod: 1 })).toEqual([
      [2, 3],
      [1, 2, 0, -1, 2, 0],
    ]);
  });

  it("casts with the rounding of the type", () => {
    expect(run("Cast", {}, { to: 9 })).toEqual([
      [2, 3],
      [1, 1, 1, 1, 1, 1],
    ]);
    const third = { nodes: [{ op: "Cast", inputs: ["x"], outputs: ["y"], attrs: { to: 10 } }] };
    const graph = { ...third, inputs: ["x"], outputs: ["y"], initializers: [] };
    const { type, data } = runGraph(graph, parseTensor({ type: "float32", dims: [1], data: [1 / 3] }));
    expect([type, data[0]]).toEqual(["float16", 0.333251953125]);
    expect(run("Round", {})[1]).toEqual([1, 2, 3, -4, 5, 6]);
  });

  it("moves elements about", () => {
    const int = (op: string, constants: Constants, attrs = {}) => run(op, constants, attrs, "float32", "int64");
    expect(int("Shape", {})).toEqual([[2], [2, 3]]);
    expect(int("Gather", { at: [2, -3] }, { axis: 1 })).toEqual([
      [2, 2],
      [3, 1, 6, -4],
    ]);
    expect(int("Gather", { at: 1 }, { axis: 0 })).toEqual([[3], [-4, 5, 6]]);
    expect(int("Reshape", { to: [-1, 2] })).toEqual([
      [3, 2],
      [1, 2, 3, -4, 5, 6],
    ]);
    expect(int("Reshape", { to: [0, -1] })[0]).toEqual([2, 3]);
    expect(int("Unsqueeze", { axes: [0, -1] })[0]).toEqual([1, 2, 3, 1]);
    expect(int("Expand", { to: [2, 1, 1] })[0]).toEqual([2, 2, 3]);
    expect(int("Transpose", {}, { perm: [1, 0] })).toEqual([
      [3, 2],
      [1, -4, 2, 5, 3, 6],
    ]);
    expect(int("Slice", { start: [1], end: [1000], axis: [1] })).toEqual([
      [2, 2],
      [2, 3, 5, 6],
    ]);
    expect(int("Slice", { start: [-1], end: [-1000], axis: [1], step: [-1] })[1]).toEqual([3, 2, 1, 6, 5, -4]);
    expect(int("Trilu", {}, { upper: 0 })).toEqual([
      [2, 3],
      [1, 0, 0, -4, 5, 0],
    ]);
    expect(int("Trilu", { k: 1 })).toEqual([
      [2, 3],
      [0, 2, 3, 0, 0, 6],
    ]);
  });

  it("reduces along axes", () => {
    expect(run("ReduceSum", { axes: [1] }, {}, "float32", "int64")).toEqual([
      [2, 1],
      [6, 7],
    ]);
    expect(run("ReduceMax", { axes: [0] }, { keepdims: 0 }, "float32", "int64")).toEqual([[3], [1, 5, 6]]);
    expect(run("ReduceMean", {})).toEqual([[1, 1], [Math.fround(13 / 6)]]);
  });

  it("picks by a condition and joins along an axis", () => {
    const nodes = [
      { op: "Less", inputs: ["x", "zero"], outputs: ["low"], attrs: {} },
      { op: "Where", inputs: ["low", "zero", "x"], outputs: ["kept"], attrs: {} },
      { op: "Concat", inputs: ["kept", "x"], outputs: ["y"], attrs: { axis: 1 } },
    ];
    const zero = { name: "zero", type: "float32", dims: [], data: [0] };
    const x = parseTensor({ type: "float32", dims: [2, 1], data: [3, -4] });
    const result = runGraph({ nodes, inputs: ["x"], outputs: ["y"], initializers: [zero] }, x);
    expect([result.dims, [...result.data]]).toEqual([
      [2, 2],
      [3, 3, 0, -4],
    ]);
  });

  it("refuses an operator that it does not have", () => {
    expect(() => run("Einsum", {})).toThrow(new UnsupportedError("graph: operator Einsum is not interpreted"));
  });
});
