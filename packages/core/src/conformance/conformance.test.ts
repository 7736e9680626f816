import { describe, expect, it } from "vitest";
import { createBackend } from "../backend/create.ts";
import { runAttention } from "./attention-op.ts";
import { type ConformanceCase, neededInput } from "./case.ts";
import { runFlexAttention } from "./flex-op.ts";
import { findCaseFolder, readCases } from "./folder.ts";
import { describeReport, type RunCase, runCases } from "./report.ts";

const operators: Readonly<Record<string, RunCase>> = { Attention: runAttention, FlexAttention: runFlexAttention };

const folder = findCaseFolder(process.env);

if (!folder.exists && !folder.told) {
  console.warn(
    `SKIPPED: the ONNX conformance cases are not at ${folder.path}. Set XATTN_CONFORMANCE_DIR to their folder to run them.`,
  );
  it.skip("ONNX Attention and FlexAttention (no folder of cases)", () => {});
} else {
  describe("ONNX Attention and FlexAttention", () => {
    const found = folder.exists ? readCases(folder.path) : [];
    const cases = found.filter(({ op }) => op in operators);
    const isSingle = (recorded: ConformanceCase) => neededInput(recorded, 0).type === "float32";

    it("finds the folder that it was told of, with cases in it", () => {
      expect(folder.exists, `XATTN_CONFORMANCE_DIR: ${folder.path} does not exist`).toBe(true);
      expect(found.length).toBeGreaterThan(0);
    });

    it("knows the operator of every case, LinearAttention being run by the tests beside that family", () => {
      const unknown = found.filter(({ op }) => !(op in operators) && op !== "LinearAttention");
      expect(unknown.map(({ name, op }) => `${name}: ${op}`)).toEqual([]);
    });

    it.each([
      { name: "reference", cases },
      // Float64 is beyond this backend, and half precision is held to roundings of the operator's own.
      { name: "plain", cases: cases.filter(isSingle) },
    ] as const)("passes every case on the $name backend", ({ name, cases: chosen }) => {
      const report = runCases(chosen, operators, createBackend(name));
      console.log(describeReport(`ONNX conformance, ${name} backend, ${folder.path}`, report));
      expect(report.failed).toEqual([]);
      expect(report.skipped).toEqual([]);
      expect(report.passed.length).toBe(chosen.length);
    });
  });
}
