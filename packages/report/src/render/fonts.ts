import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type FontMetrics, readFontMetrics } from "./font-metrics.ts";

const require = createRequire(import.meta.url);

/** Paths of the font files that charts are drawn with: TrueType, since woff2 would lose all text without a word. */
export function fontFiles(): readonly [regular: string, bold: string] {
  return [
    require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"),
    require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf"),
  ];
}

let loaded: Promise<readonly [FontMetrics, FontMetrics]> | undefined;

/** Advance widths of the regular and the bold font. */
export function loadMetrics(): Promise<readonly [FontMetrics, FontMetrics]> {
  loaded ??= Promise.all(fontFiles().map(async (path) => readFontMetrics(await readFile(path)))) as unknown as Promise<
    readonly [FontMetrics, FontMetrics]
  >;
  return loaded;
}
