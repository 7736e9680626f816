import type { ProblemSizes } from "@xattn/core";
import { dependsOn, keySpans, type Mask, type Spans } from "@xattn/masking";
import { entryBytes } from "../exact/layout.ts";

/** Which keys each tile of rows looks at, as the kernels read it. Offsets count from the start of `bytes`. */
export interface Plan {
  readonly bytes: Uint8Array;
  /** Bytes from one batch entry, or key-value head, to the next; 0 where all have the same. */
  readonly batchBytes: number;
  readonly headBytes: number;
  /** Every row may look at every key. */
  readonly all: boolean;
}

export interface PlanTiles {
  readonly rows: number;
  /** Keys in a panel; runs of keys begin and end with panels. */
  readonly panel: number;
  /** Most keys in a run that comes with bits. */
  readonly blockKeys: number;
}

interface Run {
  readonly from: number;
  to: number;
  partial: boolean;
}

/** Shorter runs of panels without a forbidden key join a partial neighbour: a run more costs more than its bits. */
const leastFullRun = 4;

/**
 * Lists runs of panels for every tile of rows: panels that no row may look at are left out, those that all rows may
 * look at come without bits, and the others with a bit for each row and key. Rows are the queries of all heads of a
 * key-value head, one head after the other.
 */
export function makePlan(mask: Mask, sizes: ProblemSizes, tiles: PlanTiles): Plan {
  const { batch, heads, keyHeads, n, m } = sizes;
  const spans = keySpans(mask, { batch, heads, queries: n, keys: m });
  const depends = dependsOn(mask);
  const batches = depends.batch ? batch : 1;
  const groups = depends.head ? keyHeads : 1;
  const groupHeads = heads / keyHeads;
  const rows = groupHeads * n;
  const rowTiles = Math.ceil(rows / tiles.rows);
  const table = new Uint32Array(2 * batches * groups * rowTiles);
  const parts = new Parts(table.byteLength);
  let at = 0;
  let everything = true;
  for (let b = 0; b < batches; b += 1) {
    for (let g = 0; g < groups; g += 1) {
      for (let first = 0; first < rows; first += tiles.rows) {
        const rowSpans: Spans[] = [];
        for (let row = first; row < Math.min(first + tiles.rows, rows); row += 1) {
          rowSpans.push(spans(b, g * groupHeads + Math.floor(row / n), row % n));
        }
        const runs = runsOf(rowSpans, m, tiles);
        table[at] = parts.add(entriesOf(runs, rowSpans, m, tiles, parts));
        table[at + 1] = runs.length;
        const [run] = runs;
        everything &&= runs.length === 1 && !run!.partial && run!.from === 0 && run!.to * tiles.panel >= m;
        at += 2;
      }
    }
  }
  return {
    bytes: parts.joined(new Uint8Array(table.buffer)),
    batchBytes: depends.batch ? 8 * groups * rowTiles : 0,
    headBytes: depends.head ? 8 * rowTiles : 0,
    all: everything,
  };
}

/** Runs of panels that are not empty, those with bits at most a block long. */
function runsOf(rowSpans: readonly Spans[], m: number, { panel, blockKeys }: PlanTiles): Run[] {
  const panels = Math.ceil(m / panel);
  const allowed = countPerPanel(rowSpans, panels, panel);
  const runs: Run[] = [];
  for (let p = 0; p < panels; p += 1) {
    const width = Math.min(panel, m - p * panel);
    if (allowed[p] === 0) continue;
    const partial = allowed[p] !== width * rowSpans.length;
    const last = runs.at(-1);
    if (last && last.to === p && last.partial === partial) last.to = p + 1;
    else runs.push({ from: p, to: p + 1, partial });
  }
  for (const [index, run] of runs.entries()) {
    const [before, after] = [runs[index - 1], runs[index + 1]];
    const beside = (before?.partial && before.to === run.from) || (after?.partial && after.from === run.to);
    if (!run.partial && beside && run.to - run.from < leastFullRun) run.partial = true;
  }
  const joined: Run[] = [];
  for (const run of runs) {
    const last = joined.at(-1);
    if (last && last.to === run.from && last.partial === run.partial) last.to = run.to;
    else joined.push(run);
  }
  const limit = blockKeys / panel;
  return joined.flatMap((run) => {
    if (!run.partial) return [run];
    const pieces = Math.ceil((run.to - run.from) / limit);
    return Array.from({ length: pieces }, (_, piece) => {
      const from = run.from + piece * limit;
      return { from, to: Math.min(from + limit, run.to), partial: true };
    });
  });
}

/** How many pairs of a row and a key are allowed in each panel. */
function countPerPanel(rowSpans: readonly Spans[], panels: number, panel: number): Int32Array {
  const allowed = new Int32Array(panels);
  const whole = new Int32Array(panels + 1);
  for (const spans of rowSpans) {
    for (let at = 0; at < spans.length; at += 2) {
      const [from, to] = [spans[at]!, spans[at + 1]!];
      const [first, last] = [Math.floor(from / panel), Math.floor((to - 1) / panel)];
      if (first === last) {
        allowed[first]! += to - from;
        continue;
      }
      allowed[first]! += (first + 1) * panel - from;
      allowed[last]! += to - last * panel;
      whole[first + 1]! += panel;
      whole[last]! -= panel;
    }
  }
  let open = 0;
  for (let p = 0; p < panels; p += 1) {
    open += whole[p]!;
    allowed[p]! += open;
  }
  return allowed;
}

function entriesOf(
  runs: readonly Run[],
  rowSpans: readonly Spans[],
  m: number,
  { panel }: PlanTiles,
  parts: Parts,
): Uint8Array {
  const entries = new Uint32Array((runs.length * entryBytes) / 4);
  for (const [index, { from, to, partial }] of runs.entries()) {
    const [key, end] = [from * panel, Math.min(to * panel, m)];
    entries.set([key, end - key, partial ? parts.add(bitsOf(rowSpans, key, end)) : 0], 3 * index);
  }
  return new Uint8Array(entries.buffer);
}

/** A bit for each key of [from, to), rows ⌈(to − from) / 8⌉ bytes apart. */
function bitsOf(rowSpans: readonly Spans[], from: number, to: number): Uint8Array {
  const row = Math.ceil((to - from) / 8);
  const bits = new Uint8Array(rowSpans.length * row);
  for (const [index, spans] of rowSpans.entries()) {
    for (let at = 0; at < spans.length; at += 2) {
      const first = Math.max(spans[at]!, from) - from;
      const end = Math.min(spans[at + 1]!, to) - from;
      for (let key = first; key < end; ) {
        if (key % 8 === 0 && key + 8 <= end) {
          bits[index * row + key / 8] = 0xff;
          key += 8;
        } else {
          bits[index * row + (key >> 3)]! |= 1 << (key & 7);
          key += 1;
        }
      }
    }
  }
  return bits;
}

/** Pieces of a plan one after the other, each at a multiple of 4. */
class Parts {
  readonly #parts: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  add(bytes: Uint8Array): number {
    const at = this.#end;
    this.#parts.push({ at, bytes });
    this.#end += Math.ceil(bytes.length / 4) * 4;
    return at;
  }

  joined(head: Uint8Array): Uint8Array {
    const all = new Uint8Array(this.#end);
    all.set(head);
    for (const { at, bytes } of this.#parts) all.set(bytes, at);
    return all;
  }
}
