/** A table of text, the same for the page and for Markdown. */
export interface TextTable {
  readonly caption: string;
  readonly header: readonly string[];
  /** Which columns hold numbers (set to the right). */
  readonly numeric: readonly boolean[];
  /** Groups of rows that belong together. */
  readonly groups: readonly { readonly title?: string; readonly rows: readonly (readonly string[])[] }[];
  /** What is left out, or how to read it. */
  readonly note?: string;
}

export function tableOf(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly boolean[] = header.map(() => false),
  note?: string,
): TextTable {
  return { caption, header, numeric, groups: [{ rows }], ...(note === undefined ? {} : { note }) };
}
