import fc from "fast-check";
import { expect, test } from "vitest";
import { field, fieldsOf } from "./protobuf.ts";

test("the examples of the encoding's description", () => {
  expect([...fieldsOf(Uint8Array.of(0x08, 0x96, 0x01))]).toEqual([[1, 150]]);
  const testing = Uint8Array.from([0x12, 7, ...Buffer.from("testing")]);
  expect([...fieldsOf(testing)]).toEqual([[2, new Uint8Array(Buffer.from("testing"))]]);
  expect([...field(2, Buffer.from("testing"))]).toEqual([...testing]);
});

test("fields of fixed width", () => {
  const message = Uint8Array.of(0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8);
  expect([...fieldsOf(message)]).toEqual([
    [1, Uint8Array.of(1, 2, 3, 4)],
    [2, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
  ]);
});

test("fields that were written are read again, and none from a message that is cut off", () => {
  const fields = fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.uint8Array({ maxLength: 300 })));
  fc.assert(
    fc.property(fields, (written) => {
      const message = Uint8Array.from(written.flatMap(([number, bytes]) => [...field(number, bytes)]));
      expect([...fieldsOf(message)]).toEqual(written);
    }),
  );
  expect(() => [...fieldsOf(field(1, Uint8Array.of(1, 2, 3)).subarray(0, 4))]).toThrow(/end within a field/);
  expect(() => [...fieldsOf(Uint8Array.of(0x0b))]).toThrow(/wire type 3/);
});
