import { expect, test } from "vitest";
import { limitsOf } from "./options.ts";

test.each([
  ["2GiB", 2 ** 31],
  ["2 gb", 2e9],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["500MB", 5e8],
  ["131072KiB", 2 ** 27],
])("--memory-limit %s is %d bytes", (memoryLimit, bytes) => {
  expect(limitsOf({ memoryLimit })).toEqual({ memoryLimitBytes: bytes });
});

test.each(["", "2", "GiB", "-1GiB", "1e3MB", "2TB", "all"])("--memory-limit %j is refused", (memoryLimit) => {
  expect(() => limitsOf({ memoryLimit })).toThrow(/--memory-limit: ".*" is not a size; write it as 500MB or 2GiB/);
});

test("less memory than a process needs to start is refused", () => {
  expect(() => limitsOf({ memoryLimit: "127MiB" })).toThrow(/too little/);
});

test("--retries is a whole number from 0", () => {
  expect(limitsOf({ retries: "0" })).toEqual({ retries: 0 });
  expect(limitsOf({})).toEqual({});
  expect(() => limitsOf({ retries: "-1" })).toThrow(/--retries: "-1" is not a whole number of at least 0/);
});
