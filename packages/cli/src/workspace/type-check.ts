import { dirname, join } from "node:path";
import { root } from "./paths.ts";

/** What the compiler says of files, each with file, line, column and the line itself. */
export async function typeProblems(files: readonly string[]): Promise<string[]> {
  const { default: ts } = await import("typescript");
  const config = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram([...files], {
    ...options,
    noEmit: true,
    typeRoots: [join(root, "node_modules/@types")],
  });
  const host = {
    getCanonicalFileName: (name: string) => name,
    getCurrentDirectory: () => process.cwd(),
    getNewLine: () => "\n",
  };
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  const folders = new Set(files.map((file) => dirname(file)));
  return ts
    .getPreEmitDiagnostics(program)
    .filter((diagnostic) => !diagnostic.file || folders.has(dirname(diagnostic.file.fileName)))
    .map((diagnostic) => format([diagnostic], host).trimEnd());
}
