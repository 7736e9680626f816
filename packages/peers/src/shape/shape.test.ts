import { workloads } from "@xattn/core";
import { expect, test } from "vitest";
import { shapeNames, shapeOf } from "./shape.ts";

test("knows S1 to S4 by their published sizes", () => {
  expect(["S1", "S2", "S3", "S4"].map((name) => Object.values(shapeOf(name)))).toEqual([
    [8, 8, 100, 20, 64, 64],
    [12, 12, 576, 77, 64, 64],
    [8, 8, 1024, 1024, 64, 64],
    [1, 1, 4096, 4096, 64, 64],
  ]);
});

test("knows every workload with its mask and its key-value heads", () => {
  expect(shapeNames).toHaveLength(7 + workloads.length);
  expect(shapeOf("pi-0")).toMatchObject({ heads: 8, keyHeads: 1, n: 51, m: 867, mask: { kind: "or" } });
  expect(shapeOf("decode")).toMatchObject({ heads: 32, keyHeads: 8, n: 1, m: 4096 });
  expect(shapeOf("seed").mask).toBeUndefined();
  expect(() => shapeOf("S5")).toThrow(/"S5" is not one of S1, S2/);
});
