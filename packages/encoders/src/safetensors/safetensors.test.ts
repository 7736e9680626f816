import { fromNumbers, tensor, zeros } from "@xattn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const tensors = {
  b: tensor([2, 3], Float32Array.of(1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY)),
  a: tensor([2], Float64Array.of(Math.PI, -0)),
  empty: zeros([0, 4]),
  half: fromNumbers([3], [1, 2, -0.5], "float16"),
};

test("what was written is read again, and in the same order", () => {
  const read = readSafetensors(writeSafetensors({ tensors, metadata: { source: "us" } }));
  expect(read).toEqual({ tensors, metadata: { source: "us" } });
  expect(Object.keys(read.tensors)).toEqual(["b", "a", "empty", "half"]);
});

test("the bytes are those of the format", () => {
  const bytes = writeSafetensors({ tensors: { x: tensor([1], Float32Array.of(1)) }, metadata: {} });
  const header = '{"__metadata__":{},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
  expect([...bytes]).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(padded), 0, 0, 0x80, 0x3f]);
});

test("a file without notes, and one inside a larger buffer", () => {
  const header = '{"x":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}';
  const bytes = new Uint8Array(3 + 8 + header.length + 8);
  bytes[3] = header.length;
  bytes.set(new TextEncoder().encode(header), 11);
  bytes.set(new Uint8Array(Float64Array.of(0.1).buffer), 11 + header.length);
  const expected = { tensors: { x: tensor([], Float64Array.of(0.1)) }, metadata: {} };
  expect(readSafetensors(bytes.subarray(3))).toEqual(expected);
  expect(readSafetensors(Buffer.from(bytes).subarray(3))).toEqual(expected);
});

test("no cut of a file is read as if it were whole", () => {
  const bytes = writeSafetensors({ tensors, metadata: {} });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(/end before/);
    }),
  );
});

test("an element type that a tensor cannot have is named", () => {
  const bytes = writeSafetensors({ tensors: { x: zeros([1]) }, metadata: {} });
  bytes.set(Buffer.from('"I32"'), Buffer.from(bytes).indexOf('"F32"'));
  expect(() => readSafetensors(bytes)).toThrow(/x: element type I32 is none of F64, F32, F16, BF16/);
});
