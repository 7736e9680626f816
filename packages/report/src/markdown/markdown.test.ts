import { describe, expect, it } from "vitest";
import { exampleRun } from "../../test/example-run.ts";
import { codeBlock, escapeInline, escapeUrl } from "./escape.ts";
import { renderMarkdown } from "./markdown.ts";

const run = exampleRun();

describe("renderMarkdown", () => {
  it("has verdicts, pictures, fits and the commands", () => {
    const text = renderMarkdown(exampleRun(run.rows, { charts: run.charts.slice(0, 1), fits: run.fits.slice(0, 1) }));
    expect(text.slice(0, text.indexOf("## Environment"))).toMatchInlineSnapshot(`
      "# What cross-modal attention costs

      > What does exact cross-modal attention cost, and which variant costs less?

      285 of 288 cells ended ok, 3 timeout.

      ## Verdicts

      | claim | verdict | evidence |
      | --- | --- | --- |
      | Exact attention costs time in proportion to n·m·d. | ✓ holds | The exponents of n, m and d are 1.01 \\[0.98, 1.04\\], 0.99 \\[0.96, 1.02\\] and 1 \\[0.97, 1.03\\]. |
      | Linear attention is faster at every size. | ✗ refuted | At n = 32, m = 64, d = 128 it takes 2.1 times as long. |
      | Chunks cost nothing. | ≈ inconclusive | The ratio is 1.02 \\[0.97, 1.08\\]. |
      | A GPU is faster. | ○ untested | No cell ran on a GPU. |

      ## Charts

      ![Time grows with the number of queries. Each panel is a head dimension; steeper is worse. Both axes are logarithmic.](charts/time-by-queries.png)

      ## Fits

      **Power law of time (ms)**

      | group | exponent of n | exponent of m | exponent of d | c | c₀ | relative error | points |
      | --- | --: | --: | --: | --: | --: | --: | --: |
      | variant = standard | 1.01 \\[0.98, 1.04\\] | 0.99 \\[0.96, 1.02\\] | 1 \\[0.97, 1.03\\] | 5·10⁻⁸ \\[4.9·10⁻⁸, 5.1·10⁻⁸\\] | 0.002 \\[0.0016, 0.0024\\] | 2.1 % | 72 |

      time = c₀ + c·n^e·m^e·d^e; brackets hold 95 % intervals.

      ## Cells that did not end ok

      | measure | status | at | message |
      | --- | --- | --- | --- |
      | time | timeout | n = 64, m = 64, d = 32, variant = sparse | no answer in 60 s |

      1 of 3 are shown.

      "
    `);
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
