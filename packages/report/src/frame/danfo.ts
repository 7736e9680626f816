type Cell = number | string | boolean | null;

/** The part of danfo.js that the report uses, with the shapes it has at run time. */
export interface Danfo {
  readonly DataFrame: new (rows: Cell[][], options: { columns: string[] }) => DanfoFrame;
  readonly toCSV: (frame: DanfoFrame, options: { header: boolean }) => string;
}

export interface DanfoFrame {
  readonly shape: readonly [number, number];
  readonly columns: readonly string[];
  readonly values: readonly (readonly Cell[])[];
  groupby(keys: string[]): { agg(operations: Record<string, string[]>): DanfoFrame };
}

let loaded: Promise<Danfo> | undefined;

/** danfo.js takes a second and 150 MB to load, so it is loaded once and only when a table asks for it. */
export function loadDanfo(): Promise<Danfo> {
  loaded ??= import("danfojs").then((module) => (module as unknown as { default: Danfo }).default);
  return loaded;
}
