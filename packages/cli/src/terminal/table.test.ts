import { expect, test } from "vitest";
import { textTable } from "./table.ts";

test("aligns columns and wraps the last one under itself", () => {
  const text = textTable(
    [
      ["name", "what it says"],
      ["a-long-name", "one two three four five six seven eight nine ten"],
    ],
    44,
  );
  expect(text).toMatchInlineSnapshot(`
    "name         what it says
    a-long-name  one two three four five six
                 seven eight nine ten"
  `);
});

test("colour codes take no room", () => {
  const [first, second] = textTable([
    ["\u001b[31mab\u001b[39m", "x"],
    ["abcd", "y"],
  ]).split("\n");
  expect(first).toBe("\u001b[31mab\u001b[39m    x");
  expect(second).toBe("abcd  y");
});
