import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

const { include, reporters, ...rest } = shared.test!;

/** Chaos comes when the other tests are done: it needs the machine. Without it: vitest run --project unit. */
export default defineConfig({
  test: {
    reporters: reporters!,
    projects: [
      { test: { ...rest, name: "unit", include: include!, sequence: { groupOrder: 0 } } },
      { test: { ...rest, name: "chaos", include: ["chaos/**/*.test.ts"], sequence: { groupOrder: 1 } } },
    ],
  },
});
