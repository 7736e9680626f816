import { describe, expect, it } from "vitest";
import { exampleRun } from "../../test/example-run.ts";
import { codeBlock, escapeInline, escapeUrl } from "./escape.ts";
import { renderMarkdown } from "./markdown.ts";

const run = exampleRun();

describe("renderMarkdown", () => {
  it("has verdicts, pictures, fits and the commands", () => {
    const text = renderMarkdown(exampleRun(run.rows, { charts: run.charts.slice(0, 1), fits: run.fits.slice(0, 1) }));
    expect(text.slice(0, text.indexOf("## Environment"))).toMatchInlineSnapshot();
    expect(text).toContain("## Run it again\n\n```sh\nnpx -y pnpm@10.34.8 exp run sweep-complexity");
    expect(text).not.toMatch(/undefined|NaN|null/);
  });

  it("keeps tables whole whatever the text", () => {
    const claims = [{ ...run.claims[0]!, statement: "a | b\nc <script> `d`", evidence: "x || y" }];
    const text = renderMarkdown(exampleRun(run.rows, { claims }));
    expect(text).toContain("| a \\| b c &lt;script&gt; \\`d\\` | ✓ holds | x \\|\\| y |");
  });
});

describe("escaping", () => {
  it("escapes markup, links and fences", () => {
    expect(escapeInline("*a* [b](c) \\| & #")).toBe("\\*a\\* \\[b\\](c) \\\\\\| &amp; \\#");
    expect(escapeUrl("a b)")).toBe("a%20b%29");
    expect(codeBlock("echo ```")).toBe("````sh\necho ```\n````");
  });
});
