import { expect, test } from "vitest";
import { sparkline } from "./sparkline.ts";

test("the least value is the lowest bar, the greatest the highest", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe("▁▂▃▄▅▆▇█");
  expect(sparkline([5, 1, 5])).toBe("█▁█");
});

test("values that are all alike, and none", () => {
  expect(sparkline([2, 2, 2])).toBe("▄▄▄");
  expect(sparkline([])).toBe("");
});
