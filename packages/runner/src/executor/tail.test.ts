import fc from "fast-check";
import { expect, test } from "vitest";
import { Tail } from "./tail.ts";

test("holds the end of what was written, whole characters alone", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.integer({ min: 1, max: 40 }), (pieces, most) => {
      const tail = new Tail(most);
      for (const piece of pieces) tail.add(Buffer.from(piece));
      const all = Buffer.from(pieces.join(""));
      const text = tail.text();
      expect(pieces.join("").endsWith(text)).toBe(true);
      const missing = Math.min(most, all.length) - Buffer.byteLength(text);
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(missing).toBeLessThan(4);
    }),
  );
});

test("what is cleared is gone", () => {
  const tail = new Tail(10);
  tail.add(Buffer.from("before"));
  tail.clear();
  expect(tail.text()).toBe("");
  tail.add(Buffer.from("after"));
  expect(tail.text()).toBe("after");
});
