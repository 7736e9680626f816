import { expect, test } from "vitest";
import { floatField, integerField, messageField, textField } from "./protobuf.ts";

// The worked examples of the encoding's documentation (protobuf.dev/programming-guides/encoding).
test("writes integers as varints", () => {
  expect(integerField(1, 150)).toEqual([0x08, 0x96, 0x01]);
  expect(integerField(1, 0)).toEqual([0x08, 0x00]);
  expect(integerField(16, 127)).toEqual([0x80, 0x01, 0x7f]);
  expect(integerField(1, 2 ** 32)).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x10]);
});

test("writes texts and messages behind their length in bytes", () => {
  expect(textField(2, "testing")).toEqual([0x12, 0x07, ...new TextEncoder().encode("testing")]);
  expect(textField(2, "π")).toEqual([0x12, 0x02, 0xcf, 0x80]);
  expect(messageField(3, integerField(1, 150))).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  expect(messageField(3, integerField(1, 1), integerField(1, 2))).toEqual([0x1a, 0x04, 0x08, 0x01, 0x08, 0x02]);
});

test("writes floats in four bytes, the lowest first", () => {
  expect(floatField(2, 1)).toEqual([0x15, 0x00, 0x00, 0x80, 0x3f]);
});

test.each([-1, 1.5, 2 ** 53, Number.NaN])("refuses %d as an integer", (value) => {
  expect(() => integerField(1, value)).toThrow(RangeError);
});
