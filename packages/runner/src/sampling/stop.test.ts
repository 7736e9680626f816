import { expect, test } from "vitest";
import { stopRule } from "./stop.ts";

const wide = (count: number) => Array.from({ length: count }, (_, index) => 1 + (index % 5));

test("the interval is looked at after rounds that grow by a fifth", () => {
  let drawn = 0;
  const random = () => {
    drawn += 1;
    return (drawn * 0.618) % 1;
  };
  const rule = stopRule({ budgetMs: 1e9, precision: 0.01, minimumRounds: 7, maximumRounds: 100, random });
  const looks: number[] = [];
  for (let round = 1; round <= 40; round += 1) {
    const before = drawn;
    rule.enough(wide(round), 0);
    if (drawn > before) looks.push(round);
  }
  expect(looks).toEqual([7, 9, 11, 14, 17, 21, 26, 32, 39]);
});

test("precision is relative to the median, and the budget and the rounds end what is not precise", () => {
  const options = { budgetMs: 100, precision: 0.02, minimumRounds: 3, maximumRounds: 10, random: () => 0.5 };
  expect(stopRule(options).enough([5, 5, 5], 15)).toBe("precise");
  expect(stopRule(options).enough([5, 5], 500)).toBeUndefined();
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  expect(stopRule({ ...options, random }).enough(wide(9), 99)).toBeUndefined();
  expect(stopRule({ ...options, random }).enough(wide(9), 100)).toBe("budget");
  expect(stopRule({ ...options, random }).enough(wide(10), 0)).toBe("budget");
});
