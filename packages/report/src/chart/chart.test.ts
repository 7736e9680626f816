import type { ChartSpec } from "@xattn/runner";
import { describe, expect, it } from "vitest";
import { exampleRows, exampleRun } from "../../test/example-run.ts";
import { renderSvg } from "../render/svg.ts";
import { compileChart } from "./compile.ts";
import { evaluatePowerLaw, fitsNamed } from "./fit-curve.ts";
import { placeLabels } from "./labels.ts";
import type { Point, VegaLiteSpec } from "./point.ts";
import { linearTicks, logTicks } from "./ticks.ts";

const run = exampleRun();

function chartOf(name: string): ChartSpec {
  return run.charts.find((chart) => chart.name === name)!;
}

function pointsOf(spec: VegaLiteSpec, part = "row"): readonly Point[] {
  return (spec.data as { readonly values: readonly Point[] }).values.filter(({ _part }) => _part === part);
}

function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].map(([, text]) => text!.replace(/<[^>]*>/g, " ").trim());
}

const line: ChartSpec = {
  name: "line",
  title: "Line",
  description: "A line.",
  mark: "line",
  encoding: { x: { field: "n" }, y: { field: "time" }, color: { field: "variant" } },
};

describe("every chart of the example", () => {
  it.each(run.charts.map((chart) => [chart.name, chart] as const))(
    "%s has its texts and no holes",
    async (_, chart) => {
      const spec = await compileChart(chart, run, "light");
      const svg = await renderSvg(spec);
      const texts = textsOf(svg);
      expect(texts).toContain(chart.title);
      for (const text of texts) expect(text).not.toMatch(/undefined|NaN|null|\de[+-]\d/);
      expect(svg).toContain("DejaVu Sans");
      if (pointsOf(spec).length === 0) expect(texts).toContain("No data");
      else expect(texts).not.toContain("No data");
    },
  );
});

describe("axes", () => {
  it("labels sizes by powers of two and times in their own units", async () => {
    const texts = textsOf(await renderSvg(await compileChart(chartOf("time-at-64"), run, "light")));
    for (const text of ["32", "256", "4096", "100 µs", "1 ms", "10 ms", "time", "n"]) expect(texts).toContain(text);
    expect(texts).not.toContain("time (ms)");
  });

  it("names the unit in the title where ticks are bare numbers", async () => {
    const texts = textsOf(await renderSvg(await compileChart(chartOf("time-linear"), run, "light")));
    expect(texts).toContain("time (ms)");
  });

  it("never lets labels touch, and always has two of them", () => {
    for (const [low, high] of [
      [1, 2],
      [3, 40],
      [1e-9, 1e9],
      [0.5, 0.9],
      [32, 4096],
      [1.0, 1.05],
    ] as const) {
      for (const base of [2, 10]) {
        for (const [length, orientation] of [
          [120, "horizontal"],
          [600, "horizontal"],
          [120, "vertical"],
        ] as const) {
          for (const unit of ["1", "ms", "bytes"]) {
            const ticks = logTicks(low, high, length, orientation, base, unit);
            const places = ticks.map(({ value }) => (length * Math.log(value / low)) / Math.log(high / low));
            if (length > 500) expect(ticks.length, `${low} ${high} ${base} ${unit}`).toBeGreaterThan(1);
            for (const [index, place] of places.entries()) {
              expect(place).toBeGreaterThanOrEqual(-1e-6);
              expect(place).toBeLessThanOrEqual(length + 1e-6);
              if (index > 0) expect(place - places[index - 1]!).toBeGreaterThan(orientation === "vertical" ? 19 : 15);
            }
            expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
          }
        }
      }
    }
  });

  it("spans linear axes by round numbers", () => {
    expect(linearTicks(0, 33, 320, "vertical")).toMatchObject({ domain: [0, 35] });
    expect(linearTicks(0.3, 0.6, 580, "horizontal").domain).toEqual([0.3, 0.6]);
    expect(linearTicks(5, 5, 300, "vertical").ticks.length).toBeGreaterThan(1);
  });
});

describe("rows", () => {
  it("draws rows whose own measure ended ok and that have all values", async () => {
    const rows = [
      { n: 1, variant: "a", time: 1, timeStatus: "ok", status: "failed" },
      { n: 2, variant: "a", time: 2, timeStatus: "timeout", status: "timeout" },
      { n: 3, variant: "a", time: null, timeStatus: "ok", status: "ok" },
      { n: 4, variant: "a", time: 4, timeStatus: "ok", status: "ok" },
    ];
    const status = { name: "status", role: "status", kind: "descriptive", unit: "1", description: "" } as const;
    const points = pointsOf(await compileChart(line, exampleRun(rows, { columns: [...run.columns, status] }), "light"));
    expect(points.map(({ n }) => n)).toEqual([1, 4]);
    const whole = run.columns.filter(({ name }) => name !== "timeStatus");
    const drawn = pointsOf(await compileChart(line, exampleRun(rows, { columns: [...whole, status] }), "light"));
    expect(drawn.map(({ n }) => n)).toEqual([4]);
  });

  it("applies the filter as vega does", async () => {
    const chart = {
      ...line,
      filter: "datum.variant === 'linear' && log(datum.n) / LN2 >= 10 && indexof([64], datum.d) >= 0",
    };
    const points = pointsOf(await compileChart(chart, run, "light"));
    expect(points).toHaveLength(9);
    expect(points.every(({ n, variant }) => Number(n) >= 1024 && variant === "linear")).toBe(true);
  });

  it("refuses unknown columns and malformed filters by name", async () => {
    const unknown = { ...line, encoding: { ...line.encoding, y: { field: "tim" } } };
    await expect(compileChart(unknown, run, "light")).rejects.toThrowError(
      /y of chart "line" has the field "tim"; the table has n, m/,
    );
    await expect(compileChart({ ...line, filter: "datum.n >" }, run, "light")).rejects.toMatchObject({
      name: "ChartError",
    });
    await expect(compileChart({ ...line, filter: "nothing(datum.n)" }, run, "light")).rejects.toThrowError(
      /filter of chart "line"/,
    );
  });

  it("leaves out what has no place on a logarithmic axis, and says so", async () => {
    const rows = [0, 1, 2].map((n) => ({
      n,
      variant: "a",
      time: n,
      timeLow: n - 1,
      timeHigh: n + 1,
      timeStatus: "ok",
    }));
    const chart = { ...line, encoding: { ...line.encoding, y: { field: "time", scale: { type: "log" as const } } } };
    const spec = await compileChart(chart, exampleRun(rows), "light");
    expect(pointsOf(spec)).toMatchObject([
      { n: 1, timeLow: null },
      { n: 2, timeLow: 1 },
    ]);
    expect(textsOf(await renderSvg(spec)).join(" ")).toContain("1 row has no place on a logarithmic axis");
  });

  it("thins evenly above 5000 rows, the same every time, and says so", async () => {
    const rows = exampleRows(Array.from({ length: 700 }, (_, index) => 32 + index));
    const big = exampleRun(rows);
    const chart = { ...line, mark: "point" as const };
    const spec = await compileChart(chart, big, "light");
    const points = pointsOf(spec);
    expect(points.length).toBeLessThanOrEqual(5000);
    expect(points.length).toBeGreaterThan(4500);
    expect(JSON.stringify(await compileChart(chart, big, "light"))).toBe(JSON.stringify(spec));
    expect(JSON.stringify(spec.title)).toContain(`${points.length} of ${rows.length - 3} points are drawn`);
  });

  it("shows a reason where there is nothing to draw", async () => {
    const texts = textsOf(await renderSvg(await compileChart(line, exampleRun([]), "dark")));
    expect(texts).toEqual(expect.arrayContaining(["No data", "The run has no rows yet."]));
  });
});

describe("series", () => {
  it("divides lines that would run back and forth", async () => {
    const spec = await compileChart({ ...line, filter: "datum.d === 64" }, run, "light");
    expect(JSON.stringify(spec)).toContain('"detail":[{"field":"m","type":"nominal"}]');
    expect((spec.usermeta as { notes: string[] }).notes).toContain("One line for each m.");
  });

  it("gives a variant one colour in all charts", async () => {
    const colorOf = (spec: VegaLiteSpec) => {
      const { domain, range } = JSON.parse(
        /"scale":(\{"domain":\[[^\]]*"linear"[^\]]*\],"range":\[[^\]]*\]\})/.exec(JSON.stringify(spec))![1]!,
      );
      return range[domain.indexOf("linear")];
    };
    const all = colorOf(await compileChart(chartOf("time-at-64"), run, "light"));
    const one = colorOf(await compileChart({ ...line, filter: "datum.variant === 'linear'" }, run, "light"));
    expect(one).toBe(all);
  });

  it("takes the median where bars share a place, and says so", async () => {
    const chart: ChartSpec = {
      ...line,
      mark: "bar",
      encoding: { x: { field: "variant" }, y: { field: "multiplyAdds" } },
    };
    const spec = await compileChart({ ...chart, filter: "datum.d === 64 && datum.m === 64" }, run, "light");
    expect(pointsOf(spec)).toHaveLength(4);
    const expected = 2 * 64 * 64 * ((256 + 512) / 2);
    expect(pointsOf(spec).find(({ variant }) => variant === "standard")).toMatchObject({ multiplyAdds: expected });
    expect((spec.usermeta as { notes: string[] }).notes).toEqual(["Median over n."]);
  });

  it("counts every row of a histogram once", async () => {
    const points = pointsOf(await compileChart(chartOf("error-histogram"), run, "light"));
    expect(points.reduce((sum, { _count }) => sum + Number(_count), 0)).toBe(72);
    for (const { _xLow, _xHigh } of points) expect(Number(_xHigh) - Number(_xLow)).toBeCloseTo(0.05, 9);
  });

  it("draws intervals of sampled columns, and none of others", async () => {
    const bars = JSON.stringify(await compileChart(chartOf("time-bars"), run, "light"));
    expect(bars).toContain('"field":"timeHigh"');
    expect(JSON.stringify(await compileChart(chartOf("memory-grid"), run, "light"))).not.toContain("isValid");
  });
});

describe("fits and references", () => {
  it("draws the fitted law of each series", async () => {
    const spec = await compileChart(chartOf("time-at-64"), run, "light");
    const curve = pointsOf(spec, "fit").filter(({ variant }) => variant === "linear");
    expect(curve).toHaveLength(25);
    const law = fitsNamed(run, "time").find(({ group }) => group.variant === "linear")!;
    for (const { n, time } of curve) {
      expect(time).toBeCloseTo(0.002 + 1e-7 * Number(n) ** 0.52 * 1024 ** 0.48 * 64 ** 1.98, 10);
      expect(evaluatePowerLaw(law, { n, m: 1024, d: 64 })).toBeCloseTo(Number(time), 12);
    }
    expect(evaluatePowerLaw(law, { n: 4, m: 1024 })).toBeUndefined();
  });

  it("draws references with labels in every facet, and widens the axis for them", async () => {
    const references = [{ channel: "y" as const, value: 500, label: "half a second" }];
    const spec = await compileChart({ ...chartOf("time-by-queries"), references }, run, "light");
    expect(pointsOf(spec, "reference y")).toHaveLength(3);
    const texts = textsOf(await renderSvg(spec));
    expect(texts.filter((text) => text === "half a second").length).toBeGreaterThanOrEqual(3);
    expect(texts).toContain("100 ms");
  });
});

describe("facets", () => {
  it("have headers that name their value", async () => {
    const texts = textsOf(await renderSvg(await compileChart(chartOf("memory-grid"), run, "light")));
    for (const text of ["m = 64", "m = 1024", "d = 32", "d = 128"]) expect(texts).toContain(text);
  });

  it("are never empty: an incomplete grid becomes a sequence", async () => {
    const chart = { ...chartOf("memory-grid"), filter: "!(datum.m === 64 && datum.d === 32)" };
    const spec = await compileChart(chart, run, "light");
    const names = [...new Set(pointsOf(spec).map(({ _facet }) => _facet))];
    expect(names).toHaveLength(8);
    expect((spec.facet as { sort: string[] }).sort).toEqual([
      "m = 64, d = 64",
      "m = 64, d = 128",
      "m = 256, d = 32",
      "m = 256, d = 64",
      "m = 256, d = 128",
      "m = 1024, d = 32",
      "m = 1024, d = 64",
      "m = 1024, d = 128",
    ]);
  });

  it("are left out for a single value, which becomes a note", async () => {
    const spec = await compileChart(
      { ...chartOf("time-by-queries"), filter: "datum.m === 256 && datum.d === 64" },
      run,
      "light",
    );
    expect(spec.facet).toBeUndefined();
    expect((spec.usermeta as { notes: string[] }).notes).toContain("d = 64.");
  });
});

describe("names of lines", () => {
  it("stand at the ends when there is room, and move apart a little", () => {
    const places = placeLabels([
      { name: "a", x: 100, y: 50 },
      { name: "b", x: 100, y: 55 },
    ])!;
    expect(places.get("b")! - places.get("a")!).toBeCloseTo(14, 9);
    expect(places.get("a")! + places.get("b")!).toBeCloseTo(105, 9);
  });

  it("give way to a legend when they collide, are many, or lines end apart", () => {
    const same = ["a", "b", "c", "d"].map((name) => ({ name, x: 100, y: 50 }));
    expect(placeLabels(same)).toBeUndefined();
    expect(placeLabels(Array.from({ length: 7 }, (_, y) => ({ name: `${y}`, x: 100, y: y * 40 })))).toBeUndefined();
    expect(
      placeLabels([
        { name: "a", x: 50, y: 10 },
        { name: "b", x: 100, y: 90 },
      ]),
    ).toBeUndefined();
  });

  it("replace the legend", async () => {
    const legend = textsOf(await renderSvg(await compileChart(chartOf("time-at-64"), run, "light")));
    expect(legend.filter((text) => text === "standard")).toHaveLength(1);
    expect(legend).not.toContain("variant");
    expect(textsOf(await renderSvg(await compileChart(chartOf("time-by-queries"), run, "light")))).toContain("variant");
  });
});
