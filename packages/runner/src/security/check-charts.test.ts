import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { normalized, soundSpec } from "../../fixtures/specs.ts";
import { InputError } from "../errors/errors.ts";
import { recordSpec, type StoredManifest } from "../store/manifest.ts";
import { readManifest } from "../store/run-folder.ts";
import { checkCharts } from "./check-charts.ts";

const [chart] = soundSpec.charts;
const { x, y } = chart.encoding;

/** Charts that would read, load, follow or compute without end if Vega got them. */
const hostile: Record<string, object> = {
  "data of its own": { ...chart, data: { url: "file:///etc/passwd" } },
  "an image of a file": { ...chart, mark: { type: "image", url: "file:///etc/passwd" } },
  "a mark of images": { ...chart, mark: "image" },
  "a link": { ...chart, encoding: { x, y, href: { value: "javascript:alert(1)" } } },
  "an address": { ...chart, encoding: { x, y, url: { value: "file:///etc/passwd" } } },
  "a lookup": { ...chart, transform: [{ lookup: "n", from: { data: { url: "x.csv" }, key: "n", fields: ["a"] } }] },
  parameters: { ...chart, params: [{ name: "p", expr: "1" }] },
  "a projection": { ...chart, projection: { type: "mercator" } },
  "an expression for labels": { ...chart, encoding: { x: { ...x, axis: { labelExpr: "datum.constructor" } }, y } },
  "an expression for a legend": { ...chart, encoding: { x, y, color: { legend: { labelExpr: "warn(1)" } } } },
  "a signal": { ...chart, encoding: { x: { ...x, axis: { values: { signal: "data('source')" } } }, y } },
  "an expression for a value": { ...chart, encoding: { x, y, color: { value: { expr: "now()" } } } },
  "a condition": {
    ...chart,
    encoding: { x: { ...x, axis: { labelColor: { condition: { test: "1", value: "red" } } } } },
  },
  "an encoding within an axis": { ...chart, encoding: { x: { ...x, axis: { encoding: { labels: {} } } }, y } },
  "a format of a function": { ...chart, encoding: { x: { ...x, axis: { formatType: "constructor" } }, y } },
  "a scale of other data": { ...chart, encoding: { x: { ...x, scale: { domain: { data: "x", field: "n" } } }, y } },
  "a scale by an expression": { ...chart, encoding: { x: { ...x, scale: { range: { expr: "1" } } }, y } },
  "a sort by other data": { ...chart, encoding: { x: { ...x, sort: { field: "m", op: "sum" } }, y } },
  "an address for a colour": { ...chart, encoding: { x, y, color: { value: "url(http://host/x)" } } },
  "an address for a text": { ...chart, encoding: { x, y, text: { value: "javascript:alert(1)" } } },
  "a name that climbs": { ...chart, name: "../x" },
  "a name of a prototype": { ...chart, name: "__proto__" },
  "a filter that calls code": { ...chart, filter: "datum.constructor.constructor('return process')()" },
  "a filter of a prototype": { ...chart, filter: "datum.__proto__.x" },
  "a filter that loads": { ...chart, filter: "load('file:///etc/passwd')" },
  "a filter of other data": { ...chart, filter: "length(data('source')) > 0" },
  "a filter that matches for ever": { ...chart, filter: "test(/(a+)+$/, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')" },
  "a filter that counts for ever": { ...chart, filter: "length(sequence(1e12)) > 0" },
  "a billion ticks": { ...chart, encoding: { x: { ...x, axis: { tickCount: 1e9 } }, y } },
  "a billion bins": { ...chart, encoding: { x: { ...x, bin: { maxbins: 1e9 } }, y } },
  "a picture of a billion pixels": { ...chart, width: 1e9 },
};

const manifestWith = (odd: object) =>
  ({ spec: { ...recordSpec(normalized()), charts: [odd] } }) as unknown as StoredManifest;

describe.each(Object.entries(hostile))("%s", (_, odd) => {
  test("is refused in the manifest of somebody else", () => {
    expect(() => checkCharts(manifestWith(odd))).toThrow(InputError);
  });

  test("is refused in a spec", () => {
    expect(() => normalized({ charts: [odd] })).toThrow(InputError);
  });
});

test("the message names the chart and the field", () => {
  expect(() => checkCharts(manifestWith(hostile["a billion ticks"]!))).toThrow(
    /^the manifest, charts\[0\]\.encoding\.x\.axis: is not allowed in a chart/,
  );
});

test("what charts are made of passes", () => {
  const rich = {
    ...chart,
    filter: "datum.n > 1 && datum.variant == 'linear'",
    encoding: {
      x: { field: "n", scale: { type: "log", base: 2, domain: [1, 8] }, axis: { values: [1, 2, 4], format: "~s" } },
      y: { field: "size", title: null, sort: "descending", bin: { maxbins: 20 } },
      color: { field: "variant", legend: { orient: "bottom", columns: 2 }, sort: ["linear", "standard"] },
      opacity: { value: 0.5 },
      text: { value: "#ff0000" },
    },
    references: [{ channel: "y", value: 1, label: "one" }],
    width: 400,
  };
  expect(() => checkCharts(manifestWith(rich))).not.toThrow();
  expect(() => normalized({ charts: [rich] })).not.toThrow();
});

test("a prototype among the properties does not get through", () => {
  const text = JSON.stringify(chart).replace('"x":{', '"x":{"axis":{"__proto__":{"labelExpr":"1"},"grid":false},');
  const [passed] = checkCharts(manifestWith(JSON.parse(text) as object));
  const axis = passed!.encoding.x!.axis!;
  expect(Object.getOwnPropertyNames(axis)).toEqual(["grid"]);
  expect(Object.getPrototypeOf(axis)).toBe(Object.prototype);
});

test("every committed reference passes", () => {
  const results = fileURLToPath(new URL("../../../../results/", import.meta.url));
  const names = readdirSync(results);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) checkCharts(readManifest(`${results}${name}/reference`));
});
