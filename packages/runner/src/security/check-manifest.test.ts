import { expect, test } from "vitest";
import { normalized } from "../../fixtures/specs.ts";
import { recordSpec, type StoredManifest } from "../store/manifest.ts";
import { checkNames } from "./check-manifest.ts";

const spec = recordSpec(normalized());
const check = (more: object, ofSpec: object = {}) =>
  checkNames({
    experiment: "sound",
    run: "2026-01-01T00-00-00Z-abcdef",
    ...more,
    spec: { ...spec, ...ofSpec },
  } as StoredManifest);
const [column] = spec.columns;
const [claim] = spec.claims;
const [chart] = spec.charts;

test("a manifest as runs write it passes", () => {
  expect(() => check({})).not.toThrow();
});

test.each<[string, object, object?]>([
  ["experiment", { experiment: "../outside" }],
  ["experiment", { experiment: "/etc" }],
  ["experiment", { experiment: 5 }],
  ["run", { run: ".." }],
  ["run", { run: "a/b" }],
  ["run", { run: "a\\b" }],
  ["charts[0].name", {}, { charts: [{ ...chart, name: "../../x" }] }],
  ["claims[0].name", {}, { claims: [{ ...claim, name: "x/../../../../x" }] }],
  ["columns[0].name", {}, { columns: [{ ...column, name: "../x" }] }],
  ["columns[0].name", {}, { columns: [{ ...column, name: "__proto__" }] }],
  ["columns[0].name", {}, { columns: [{ ...column, name: "constructor" }] }],
  ["axes[0]", {}, { axes: ["../x"] }],
  ["axes[0]", {}, { axes: ["__proto__"] }],
  ["spec.file", {}, { file: "/etc/passwd" }],
  ["spec.file", {}, { file: "../other.ts" }],
])("%s is refused: %j %j", (field, more, ofSpec) => {
  expect(() => check(more, ofSpec)).toThrow(field);
});

test.each(["../x", "a/b", "__proto__", "constructor", "a.b", ""])("a measure with a column %j is refused", (name) => {
  const [size] = normalized().measures;
  const measure = { ...size, columns: JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(size!.columns.size)}}`) };
  expect(() => normalized({ measures: [measure], fits: {}, claims: [], charts: [] })).toThrow(/cannot be a column/);
});
