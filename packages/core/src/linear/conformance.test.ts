import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findCaseFolder } from "../conformance/folder.ts";
import { toFloat64 } from "../tensor/convert.ts";
import {
  type CaseTensor,
  caseNumbers,
  type LinearAttentionCase,
  runLinearAttentionCase,
} from "./recurrent/onnx-case.ts";

interface RecordedCase extends LinearAttentionCase {
  readonly case: string;
  readonly rtol: number;
  readonly atol: number;
  readonly outputs: Readonly<Record<string, CaseTensor>>;
}

const folder = findCaseFolder(process.env);

function recordedCases(): readonly RecordedCase[] {
  return readdirSync(folder.path)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder.path, file), "utf8")) as RecordedCase)
    .filter(({ op }) => op === "LinearAttention");
}

/** What is wrong with the outputs, line by line; empty when they pass. */
function problemsOf(recorded: RecordedCase, compute: "plain" | "reference"): readonly string[] {
  const outputs = runLinearAttentionCase(recorded, compute);
  return Object.entries(recorded.outputs).flatMap(([name, expected]) => {
    const output = outputs[name];
    if (!output) return [`${name}: not computed`];
    if (output.shape.join() !== expected.dims.join())
      return [`${name}: shape [${output.shape}], not [${expected.dims}]`];
    if (compute === "plain" && output.dtype !== expected.type)
      return [`${name}: ${output.dtype}, not ${expected.type}`];
    const actual = toFloat64(output);
    const wanted = caseNumbers(expected);
    const wrong = wanted.findIndex((value, index) => {
      const distance = Math.abs(actual[index]! - value);
      return !(Object.is(actual[index], value) || distance <= recorded.atol + recorded.rtol * Math.abs(value));
    });
    return wrong < 0 ? [] : [`${name}[${wrong}]: ${actual[wrong]}, not ${wanted[wrong]}`];
  });
}

if (!folder.told && !folder.exists) {
  console.warn(`SKIPPED: no conformance cases in ${folder.path}; name their folder in XATTN_CONFORMANCE_DIR`);
  test.skip("ONNX LinearAttention cases (no folder)", () => {});
} else {
  describe("ONNX LinearAttention", () => {
    test("every recorded case passes, in float32 and in float64", () => {
      const passed: string[] = [];
      const failed: string[] = [];
      const skipped: string[] = [];
      for (const recorded of recordedCases()) {
        for (const compute of ["plain", "reference"] as const) {
          const name = `${recorded.case} (${compute})`;
          try {
            const problems = problemsOf(recorded, compute);
            if (problems.length === 0) passed.push(name);
            else failed.push(`${name}: ${problems.join("; ")}`);
          } catch (error) {
            const list = error instanceof Error && error.name === "UnsupportedError" ? skipped : failed;
            list.push(`${name}: ${String(error)}`);
          }
        }
      }
      const report = Object.entries({ passed, failed, skipped });
      console.log(report.map(([title, names]) => [`${title}: ${names.length}`, ...names].join("\n  ")).join("\n"));
      expect({ failed, skipped }).toEqual({ failed: [], skipped: [] });
      expect(passed).toHaveLength(2 * recordedCases().length);
    });
  });
}
