import { expect, test } from "vitest";
import { consequence, type Death } from "./attempts.ts";

const deaths: readonly Death[] = ["crash", "overdue", "stopped", "oversized"];
const alone = { alone: true, fresh: false, number: 1 };

test.each(deaths)("nobody is to blame for a death (%s) in company, however often a cell was tried", (death) => {
  for (const fresh of [true, false]) {
    expect(consequence(death, { alone: false, fresh, number: 9 }, 0)).toBe("isolate");
  }
});

test.each<[Death, number]>([
  ["crash", 3],
  ["stopped", 3],
  ["oversized", 3],
  ["overdue", 1],
])("a cell alone is to blame for its death (%s) at try %d with two retries", (death, last) => {
  for (let number = 1; number < last; number += 1) expect(consequence(death, { ...alone, number }, 2)).toBe("again");
  expect(consequence(death, { ...alone, number: last }, 2)).toBe("blame");
});

test("without retries the first death counts", () => {
  for (const death of deaths) expect(consequence(death, alone, 0)).toBe("blame");
});

test("memory counts at once in a process that did nothing before", () => {
  expect(consequence("oversized", { ...alone, fresh: true }, 9)).toBe("blame");
  expect(consequence("crash", { ...alone, fresh: true }, 9)).toBe("again");
});
