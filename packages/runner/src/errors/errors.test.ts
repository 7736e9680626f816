import { expect, test } from "vitest";
import { InputError, LedgerError, messageOf, notOneOf, StoreError, suggestion } from "./errors.ts";

test("a near name is suggested, a far one is not", () => {
  expect(suggestion("linaer", ["standard", "linear"])).toBe(' Did you mean "linear"?');
  expect(suggestion("LINEAR", ["standard", "linear"])).toBe(' Did you mean "linear"?');
  expect(suggestion("banana", ["standard", "linear"])).toBe("");
  expect(suggestion("x", [])).toBe("");
  expect(notOneOf("x", [])).toMatch(/nothing to choose from/);
});

test("anything thrown has a text", () => {
  const odd = Object.assign(new Error(), { message: { toString: () => "inside" } });
  expect([new Error("m"), "text", undefined, Symbol("s"), odd].map(messageOf)).toEqual([
    ...["m", "text", "undefined", "Symbol(s)", "inside"],
  ]);
  expect(messageOf(Object.create(null))).toMatch(/no text/);
});

test("what is wrong with stored files counts as wrong input", () => {
  for (const kind of [StoreError, LedgerError]) expect(new kind("x")).toBeInstanceOf(InputError);
  expect(new StoreError("x").name).toBe("StoreError");
});
