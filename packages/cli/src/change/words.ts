import type { ChangeVerdict, ColumnChange, RunChange } from "@xattn/runner";

/** What a comparison is called, for a reader. */
export interface ComparisonNames {
  readonly before: string;
  readonly after: string;
  readonly threshold: number;
}

export const verdictWords: Readonly<Record<ChangeVerdict, string>> = {
  exact: "EXACT",
  "within-tolerance": "WITHIN TOLERANCE",
  same: "SAME",
  faster: "FASTER",
  slower: "SLOWER",
  ambiguous: "AMBIGUOUS",
  drifted: "DRIFTED",
  missing: "MISSING",
};

/** `1.098 [1.052, 1.146]`; a dash for columns that have no ratio. */
export function ratioText(ratio: ColumnChange["ratio"]): string {
  if (!ratio) return "–";
  return `${ratio.estimate.toFixed(3)} [${ratio.low.toFixed(3)}, ${ratio.high.toFixed(3)}]`;
}

/** The evidence with what the machine itself did. */
export function evidenceText({ evidence, machine }: ColumnChange): string {
  const percent = Math.round(100 * ((machine ?? 1) - 1));
  if (percent === 0) return evidence;
  return `${evidence}; the machine was ${Math.abs(percent)} % ${percent > 0 ? "slower" : "faster"}, which is taken out`;
}

/** Hashes are long and say only that something is another. */
export function environmentText({ field, before, after }: RunChange["environment"][number]): string {
  return `${field}: ${short(before)} → ${short(after)}`;
}

function short(value: string): string {
  return /^[0-9a-f]{32,}$/.test(value) ? value.slice(0, 8) : value;
}

/** How to read the table, in one sentence. */
export function legend({ threshold }: ComparisonNames): string {
  return (
    `Ratio is time after ÷ before, geometric mean over cells with its interval; FASTER and SLOWER are beyond ` +
    `${Number((100 * threshold).toPrecision(3))} %, SAME is within, AMBIGUOUS cannot be told.`
  );
}
