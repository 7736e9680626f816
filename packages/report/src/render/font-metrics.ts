/** Advance widths of a TrueType font, in units of the font size. */
export interface FontMetrics {
  /** Width of a line of text at size 1. */
  readonly width: (text: string) => number;
}

/**
 * Reads advance widths from a TrueType file (tables `head`, `hhea`, `hmtx` and format 4 of `cmap`, as in the OpenType
 * specification). Characters beyond the basic plane take the width of the missing glyph; there is no kerning.
 */
export function readFontMetrics(file: Uint8Array): FontMetrics {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tables = new Map<string, number>();
  for (let index = 0; index < view.getUint16(4); index++) {
    const record = 12 + 16 * index;
    const tag = String.fromCharCode(...file.subarray(record, record + 4));
    tables.set(tag, view.getUint32(record + 8));
  }
  const unitsPerEm = view.getUint16(tables.get("head")! + 18);
  const metricsCount = view.getUint16(tables.get("hhea")! + 34);
  const advance = (glyph: number) => view.getUint16(tables.get("hmtx")! + 4 * Math.min(glyph, metricsCount - 1));
  const glyphOf = readCharacterMap(view, tables.get("cmap")!);
  const widths = new Map<string, number>();
  const widthOf = (character: string) => {
    const known = widths.get(character);
    if (known !== undefined) return known;
    const width = advance(glyphOf(character.codePointAt(0)!)) / unitsPerEm;
    widths.set(character, width);
    return width;
  };
  return { width: (text) => [...text].reduce((sum, character) => sum + widthOf(character), 0) };
}

function readCharacterMap(view: DataView, cmap: number): (code: number) => number {
  for (let index = 0; index < view.getUint16(cmap + 2); index++) {
    const table = cmap + view.getUint32(cmap + 8 + 8 * index);
    if (view.getUint16(table) === 4) return formatFour(view, table);
  }
  return () => 0;
}

function formatFour(view: DataView, table: number): (code: number) => number {
  const segments = view.getUint16(table + 6) / 2;
  const ends = table + 14;
  const starts = ends + 2 * segments + 2;
  const deltas = starts + 2 * segments;
  const offsets = deltas + 2 * segments;
  return (code) => {
    for (let segment = 0; segment < segments; segment++) {
      if (code > view.getUint16(ends + 2 * segment)) continue;
      const start = view.getUint16(starts + 2 * segment);
      if (code < start) return 0;
      const delta = view.getUint16(deltas + 2 * segment);
      const offset = view.getUint16(offsets + 2 * segment);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = view.getUint16(offsets + 2 * segment + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
