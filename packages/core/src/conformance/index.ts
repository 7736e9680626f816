/** The recorded ONNX cases and how they are run, for the tests of the packages that have a backend. Not published. */
export { type HalfSteps, isHalf, runAttention } from "./attention-op.ts";
export { type ConformanceCase, type Numbers, neededInput } from "./case.ts";
export { mismatch } from "./compare.ts";
export { runFlexAttention } from "./flex-op.ts";
export { type CaseFolder, findCaseFolder, readCases } from "./folder.ts";
export { describeReport, type Report, type RunCase, runCases } from "./report.ts";
