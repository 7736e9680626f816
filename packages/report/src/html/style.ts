import { INK } from "../theme/theme.ts";

const palette = {
  light: { line: "#d9dde1", panel: "#f6f7f8", link: "#0059a0", holds: "#14703f", refuted: "#b3261e", open: "#8a5a00" },
  dark: { line: "#343a42", panel: "#1e2227", link: "#7cc0ff", holds: "#5fd693", refuted: "#ff8d84", open: "#f0c04a" },
} as const;

function variables(theme: "light" | "dark"): string {
  const { background, text, muted } = INK[theme];
  const { line, panel, link, holds, refuted, open } = palette[theme];
  return (
    `color-scheme:${theme};--background:${background};--text:${text};--muted:${muted};--line:${line};--panel:${panel};` +
    `--link:${link};--holds:${holds};--refuted:${refuted};--open:${open};`
  );
}

/** The style of the page: one column, no frames, the colours of the charts' themes. */
export const STYLE = `
:root{${variables("light")}}
@media (prefers-color-scheme:dark){:root{${variables("dark")}}}
:root[data-theme="light"]{${variables("light")}}
:root[data-theme="dark"]{${variables("dark")}}
*{box-sizing:border-box}
body{margin:0;background:var(--background);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header{max-width:64rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
main{padding-bottom:4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.3rem;margin:3rem 0 .75rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:2rem 0 .25rem}
p{margin:.5rem 0;max-width:46rem;overflow-wrap:anywhere}
a{color:var(--link)}
.question{font-size:1.15rem}
.muted,.note,caption{color:var(--muted)}
.note{font-size:.875rem}
.bar{display:flex;justify-content:space-between;align-items:start;gap:1rem}
button{font:inherit;font-size:.875rem;color:var(--text);background:var(--panel);border:1px solid var(--muted);border-radius:.4rem;padding:.3rem .8rem;cursor:pointer;white-space:nowrap}
button:focus-visible,a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.scroll{overflow-x:auto;margin:.75rem 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
.wide{width:100%}
caption{text-align:left;font-size:.875rem;padding-bottom:.4rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
.number{text-align:right}
.interval{display:inline-block;white-space:nowrap;color:var(--muted)}
thead th{vertical-align:bottom}
tbody .group{padding-top:.9rem;color:var(--muted)}
.text{overflow-wrap:anywhere;min-width:6rem}
.verdict{white-space:nowrap;font-weight:600}
.holds{color:var(--holds)}
.refuted{color:var(--refuted)}
.inconclusive{color:var(--open)}
.untested{color:var(--muted)}
figure{margin:.5rem 0 0}
.chart{overflow-x:auto}
.chart img,.chart svg{max-width:100%;height:auto;display:block}
pre{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.75rem 1rem;overflow-x:auto;font-size:.875rem}
code{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
#vg-tooltip-element.vg-tooltip{font:13px/1.45 system-ui,"DejaVu Sans",sans-serif;background:var(--panel);color:var(--text);border:1px solid var(--line)}
#vg-tooltip-element table tr td.key{color:var(--muted)}
#vg-tooltip-element td,#vg-tooltip-element th{border:0}
@media print{button{display:none}.chart{break-inside:avoid}}
`;
