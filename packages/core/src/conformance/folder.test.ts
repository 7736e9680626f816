import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findCaseFolder } from "./folder.ts";

it("takes the folder that the environment names, from the repository's root when it is relative", () => {
  const here = fileURLToPath(new URL(".", import.meta.url));
  expect(findCaseFolder({ XATTN_CONFORMANCE_DIR: here })).toMatchObject({ told: true, exists: true });
  const relative = "packages/core/src/conformance";
  const found = findCaseFolder({ XATTN_CONFORMANCE_DIR: relative });
  expect(found).toMatchObject({ told: true, exists: true });
  expect(isAbsolute(found.path)).toBe(true);
});

it("says when a folder that was named is not there, and when none was named", () => {
  expect(findCaseFolder({ XATTN_CONFORMANCE_DIR: "/nowhere/at/all" })).toMatchObject({ told: true, exists: false });
  expect(findCaseFolder({}).told).toBe(false);
  expect(findCaseFolder({ XATTN_CONFORMANCE_DIR: "" }).told).toBe(false);
});
