import { describe, expect, it } from "vitest";
import { claims, exampleRows, exampleRun } from "../../test/example-run.ts";
import { escapeHtml, scriptJson, scriptSource } from "./escape.ts";
import { renderHtml } from "./html.ts";

const page = await renderHtml(exampleRun());
/** The page without the libraries and the data that it carries. */
const markup = page.replace(/<script[\s\S]*?<\/script>/g, "").replace(/<style>[\s\S]*?<\/style>/, "");

function chartsData(html: string): { name: string; values: unknown[]; light: object; dark: object }[] {
  return JSON.parse(/<script type="application\/json" id="charts-data">(.*?)<\/script>/s.exec(html)![1]!);
}

describe("renderHtml", () => {
  it("loads nothing", () => {
    expect(markup).not.toMatch(/(src|srcset|poster|data)="(?!data:)[^"]/);
    expect(markup).not.toMatch(/<(link|iframe|object|embed)[^>]*(href|src)="(?!data:,")/);
    expect(markup.match(/href="[^"]*"/g)).toEqual(['href="data:,"', 'href="https://arxiv.org/abs/1706.03762"']);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/@import|url\(\s*['"]?http/);
  });

  it("has its sections in order, with headings and captions", () => {
    const headings = [...markup.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(headings).toEqual([
      "Verdicts",
      "Charts",
      "Fits",
      "Cost beside time",
      "Cells that did not end ok",
      "Environment",
      "Run it again",
    ]);
    expect(markup.match(/<h1>/g)).toHaveLength(1);
    expect(markup.match(/<table/g)!.length).toBe(markup.match(/<caption>/g)!.length);
    for (const [, scope] of markup.matchAll(/<th( [^>]*)>/g)) expect(scope).toMatch(/scope="(col|row|rowgroup)"/);
  });

  it("says each verdict in a word", () => {
    for (const verdict of ["holds", "refuted", "inconclusive", "untested"])
      expect(markup).toContain(`</span> ${verdict}</td>`);
  });

  it("shows fits with intervals, ties, and costs beside times", () => {
    for (const text of [
      '1.01 <span class="interval">[0.98, 1.04]</span>',
      "not fitted: two points",
      "ΔAICc",
      ">tied<",
      ">worse<",
      "multiplyAdds (multiply-adds)",
    ]) {
      expect(markup).toContain(text);
    }
    expect(markup).toContain("The first 24 of 288 rows are shown");
    expect(markup).toContain("npx -y pnpm@10.34.8 exp reproduce sweep-complexity/2026-01-02-quick-1a2b3c");
    expect(markup).not.toMatch(/undefined|NaN|\[object|\bnull\b/);
  });

  it("has a picture with words for each chart, and its data once for both themes", () => {
    const charts = chartsData(page);
    expect(charts).toHaveLength(9);
    expect(markup.match(/<img alt="[^"]{20,}" src="data:image\/svg\+xml;base64,/g)).toHaveLength(9);
    expect(charts[0]!.values.length).toBeGreaterThan(90);
    for (const { light, dark } of charts) {
      expect(light).not.toHaveProperty("data");
      expect(JSON.stringify(dark)).toContain("#15181c");
    }
  });

  it("shows hostile text as text", async () => {
    const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)> "'&<!--`;
    const run = exampleRun(
      exampleRows([32, 64], [64], [64]).map((row) => ({ ...row, variant: `${row.variant}${hostile}` })),
      {
        title: hostile,
        question: hostile,
        claims: [{ ...claims[0]!, statement: hostile, evidence: hostile, source: `javascript:alert("3")` }],
        troubles: [{ measure: hostile, status: "failed", parameters: { [hostile]: hostile }, message: hostile }],
        charts: [{ ...exampleRun().charts[1]!, title: hostile, description: hostile, filter: "datum.d === 64" }],
      },
    );
    const html = await renderHtml(run);
    expect(html.match(/<script/g)!.length).toBe(page.match(/<script/g)!.length);
    expect(html.match(/<\/script>/g)!.length).toBe(page.match(/<\/script>/g)!.length);
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain('href="javascript:');
    expect(JSON.stringify(chartsData(html))).toContain("</script><script>alert(1)");
  });

  it("bounds charts and tables of a large run", async () => {
    const rows = exampleRows(
      Array.from({ length: 500 }, (_, index) => 32 + index),
      [64, 128],
      [32, 64],
    );
    const html = await renderHtml(exampleRun(rows, { charts: [exampleRun().charts[4]!] }));
    expect(rows).toHaveLength(8000);
    expect(chartsData(html)[0]!.values.length).toBeLessThanOrEqual(5010);
    expect(html.match(/<tr>/g)!.length).toBeLessThan(200);
    expect(html).toContain('src="data:image/png;base64,');
  });

  it("does without charts, claims, fits, troubles and rows", async () => {
    const html = await renderHtml(exampleRun([], { charts: [], claims: [], fits: [], troubles: [] }));
    expect(html).toContain("The experiment makes no claims.");
    expect(html).not.toContain("<script");
    expect([...html.matchAll(/<h2[^>]*>([^<]*)/g)].map(([, text]) => text)).toEqual([
      "Verdicts",
      "Environment",
      "Run it again",
    ]);
  });
});

describe("escaping", () => {
  it("keeps what it escapes", () => {
    const value = { text: "</script> <!-- \u2028 é" };
    expect(JSON.parse(scriptJson(value))).toEqual(value);
    expect(scriptJson(value)).not.toMatch(/[<>\u2028]/);
    expect(escapeHtml(`<a href='x'>&"`)).toBe("&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    const source = scriptSource(`"</script>" + "<!--"`);
    expect(source).toBe(`"<\\/script>" + "<\\!--"`);
  });
});
