import { expect, test } from "vitest";
import { onnxModel } from "./model.ts";

/** Fields of a message as [number, value], where a value is an integer, four bytes or the bytes of a field. */
function fields(bytes: Uint8Array): [number, number | Uint8Array][] {
  const found: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = () => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, type] = [key >> 3, key & 7];
    if (type === 0) found.push([field, varint()]);
    else {
      const length = type === 5 ? 4 : varint();
      found.push([field, bytes.slice(at, at + length)]);
      at += length;
    }
  }
  return found;
}

const all = (bytes: Uint8Array, number: number) =>
  fields(bytes).flatMap(([field, value]) => (field === number ? [value] : []));
const inner = (bytes: Uint8Array, ...path: number[]) =>
  path.reduce((message, number) => all(message, number)[0] as Uint8Array, bytes);
const text = (value: number | Uint8Array | undefined) => new TextDecoder().decode(value as Uint8Array);

const model = onnxModel({
  inputs: [{ name: "left", shape: [1, 300] }],
  outputs: [{ name: "out", shape: [1, 300] }],
  nodes: [
    { operator: "Mul", inputs: ["left", "factor"], outputs: ["scaled"] },
    {
      operator: "Special",
      domain: "com.example",
      inputs: ["scaled", "", "left"],
      outputs: ["out"],
      attributes: {
        count: { kind: "integer", value: 3 },
        scale: { kind: "float", value: 0.5 },
        order: { kind: "integers", value: [1, 0] },
      },
    },
  ],
  scalars: { factor: 2 },
  operatorSets: { "": 23, "com.example": 1 },
});

test("names the format's version and the operator sets", () => {
  expect(all(model, 1)).toEqual([11]);
  const sets = all(model, 8).map((set) => [text(all(set as Uint8Array, 1)[0]), all(set as Uint8Array, 2)[0]]);
  expect(sets).toEqual([
    ["", 23],
    ["com.example", 1],
  ]);
});

test("keeps nodes in order, each with a name of its own and places for inputs left out", () => {
  const nodes = all(inner(model, 7), 1) as Uint8Array[];
  expect(nodes.map((node) => text(all(node, 4)[0]))).toEqual(["Mul", "Special"]);
  expect(nodes.map((node) => text(all(node, 3)[0]))).toEqual(["scaled", "out"]);
  expect(all(nodes[1]!, 1).map(text)).toEqual(["scaled", "", "left"]);
  expect(nodes.map((node) => all(node, 7).map(text))).toEqual([[], ["com.example"]]);
});

test("writes attributes with their type", () => {
  const node = all(inner(model, 7), 1)[1] as Uint8Array;
  const attributes = (all(node, 5) as Uint8Array[]).map((attribute) => [
    text(all(attribute, 1)[0]),
    fields(attribute).filter(([field]) => field !== 1),
  ]);
  expect(attributes).toEqual([
    [
      "count",
      [
        [3, 3],
        [20, 2],
      ],
    ],
    [
      "scale",
      [
        [2, new Uint8Array([0, 0, 0, 0x3f])],
        [20, 1],
      ],
    ],
    [
      "order",
      [
        [8, 1],
        [8, 0],
        [20, 7],
      ],
    ],
  ]);
});

test("writes shapes and scalars as float32 tensors", () => {
  const type = inner(model, 7, 11, 2, 1);
  expect(all(type, 1)).toEqual([1]);
  expect(all(inner(type, 2), 1).map((size) => all(size as Uint8Array, 1)[0])).toEqual([1, 300]);
  const scalar = inner(model, 7, 5);
  expect([all(scalar, 1), all(scalar, 2), text(all(scalar, 8)[0])]).toEqual([[], [1], "factor"]);
  expect(all(scalar, 4)).toEqual([new Uint8Array([0, 0, 0, 0x40])]);
});
