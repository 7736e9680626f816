const escapeCode = String.fromCharCode(27);
const colours = new RegExp(`${escapeCode}\\[[0-9;]*m`, "g");

/** One SyntaxError with file, line and caret, out of swc's report with its native backtrace. */
export function syntaxError(report, file) {
  const lines = report.replace(colours, "").split("\n");
  const end = lines.findIndex((line) => /^\s*(Caused by:|Stack backtrace:)/.test(line));
  const said = (end < 0 ? lines : lines.slice(0, end)).join("\n").trimEnd();
  const line = /\[.*:(\d+):\d+\]/.exec(said)?.[1];
  const what = /[x×]\s*([^\n]+)/.exec(said)?.[1] ?? "it does not parse";
  const frame = said.split("\n").slice(1).join("\n");
  const error = new SyntaxError(`${file}${line ? `:${line}` : ""}: ${what}\n${frame}`);
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
