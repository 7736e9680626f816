import { describe, expect, it } from "vitest";
import type { SyncBackend } from "../backend/backend.ts";
import { createBackend } from "../backend/create.ts";
import { UnsupportedError } from "../errors/errors.ts";
import { runAttention } from "./attention-op.ts";
import { type ConformanceCase, type Numbers, neededInput } from "./case.ts";
import { mismatch } from "./compare.ts";
import { runFlexAttention } from "./flex-op.ts";
import { findCaseFolder, readCases } from "./folder.ts";

type Run = (recorded: ConformanceCase, backend: SyncBackend) => ReadonlyMap<string, Numbers>;

const operators: Readonly<Record<string, Run>> = { Attention: runAttention, FlexAttention: runFlexAttention };

interface Report {
  readonly passed: string[];
  readonly failed: string[];
  readonly skipped: string[];
}

function runCases(cases: readonly ConformanceCase[], backend: SyncBackend): Report {
  const report: Report = { passed: [], failed: [], skipped: [] };
  for (const recorded of cases) {
    try {
      const outputs = operators[recorded.op]!(recorded, backend);
      const wrong = [...recorded.outputs].flatMap(([name, expected]) => {
        const actual = outputs.get(name);
        const problem = actual ? mismatch(actual, expected, recorded.rtol, recorded.atol) : "is missing";
        return problem ? [`${name} ${problem}`] : [];
      });
      if (wrong.length > 0) report.failed.push(`${recorded.name}: ${wrong.join("; ")}`);
      else report.passed.push(recorded.name);
    } catch (error) {
      const list = error instanceof UnsupportedError ? report.skipped : report.failed;
      list.push(`${recorded.name}: ${String(error)}`);
    }
  }
  return report;
}

function print(title: string, { passed, failed, skipped }: Report): void {
  const lines = Object.entries({ passed, failed, skipped }).flatMap(([status, names]) => [
    `  ${names.length} ${status}`,
    ...names.map((name) => `    ${status} ${name}`),
  ]);
  console.log([title, ...lines].join("\n"));
}

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
      const report = runCases(chosen, createBackend(name));
      print(`ONNX conformance, ${name} backend, ${folder.path}`, report);
      expect(report.failed).toEqual([]);
      expect(report.skipped).toEqual([]);
      expect(report.passed.length).toBe(chosen.length);
    });
  });
}
