import type { Code } from "../assembler/code.ts";
import { type Local, loopFrom, type Scope, select, when } from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";
import { field } from "../exact/frame.ts";
import { entryBytes } from "../exact/layout.ts";
import { blockKeys, type DerivativeFrame, derivativeField, factBytes, tileRows } from "./layout.ts";

/**
 * A unit is a part of the rows of a key-value head together with a part of its keys. In each of as many phases as
 * there are parts, rows of part r meet keys of part (r + phase) mod parts: units of a phase have neither rows nor keys
 * in common, so that each may add to the gradients of both.
 */
export function locateUnit(
  frame: DerivativeFrame,
  unit: Local,
  tile: { readonly from: Local; readonly to: Local },
): Code {
  const { group, keyFrom, keyTo, at } = frame;
  const [part, keys] = [at.a, derivativeField(frame, "partKeys")];
  const parts = derivativeField(frame, "parts");
  return [
    group.set(i32.add(derivativeField(frame, "firstGroup"), i32.divU(unit.get, parts))),
    part.set(i32.remU(unit.get, parts)),
    tile.from.set(i32.mul(part.get, derivativeField(frame, "partTiles"))),
    tile.to.set(least(i32.add(tile.from.get, derivativeField(frame, "partTiles")), field(frame, "tiles"))),
    keyFrom.set(i32.mul(i32.remU(i32.add(part.get, derivativeField(frame, "phase")), parts), keys)),
    keyTo.set(least(i32.add(keyFrom.get, keys), field(frame, "m"))),
  ];
}

/** Where the packed keys and values of the unit's key-value head, and the thread's scratch memory, lie. */
export function locateInputs(frame: DerivativeFrame, thread: Local): Code {
  const { group, scratch, constants, keys, values } = frame;
  return [
    scratch.set(i32.add(field(frame, "scratch"), i32.mul(thread.get, field(frame, "scratchBytes")))),
    constants.set(field(frame, "constants")),
    keys.set(i32.add(field(frame, "keys"), i32.mul(group.get, field(frame, "keyBytes")))),
    values.set(i32.add(field(frame, "values"), i32.mul(group.get, field(frame, "valueBytes")))),
  ];
}

/** Where the rows of a tile, those of a second tensor with as many, and their facts lie. */
export function locateRows(frame: DerivativeFrame, tile: Local, second: Code, width: number): Code {
  const { shape, group, firstRow, rows, query, facts, at } = frame;
  const row = at.a;
  return [
    firstRow.set(i32.mul(tile.get, i32.const(tileRows))),
    rows.set(least(i32.sub(field(frame, "rows"), firstRow.get), i32.const(tileRows))),
    row.set(i32.add(i32.mul(group.get, field(frame, "rows")), firstRow.get)),
    query.set(i32.add(field(frame, "query"), i32.mul(row.get, i32.const(4 * shape.d)))),
    frame.second.set(i32.add(second, i32.mul(row.get, i32.const(4 * width)))),
    facts.set(i32.add(derivativeField(frame, "facts"), i32.mul(row.get, i32.const(factBytes)))),
  ];
}

/** The smaller of two numbers below 2³¹; both are evaluated twice. */
export function least(left: Code, right: Code): Code {
  return select(left, right, i32.ltS(left, right));
}

/** Runs statements for every block of the unit's keys that the plan lists for the tile of rows in hand. */
export function blocksOf(frame: DerivativeFrame, scope: Scope): (body: Code) => Code {
  const { key, count, bits, bitsRow, group, firstRow, keyFrom, keyTo } = frame;
  const [entry, lastEntry, end] = [scope.i32(), scope.i32(), scope.i32()];
  const plan = field(frame, "plan");
  const batch = i32.divU(group.get, field(frame, "keyHeads"));
  const keyHead = i32.remU(group.get, field(frame, "keyHeads"));
  const tile = i32.add(
    i32.add(plan, i32.mul(i32.divU(firstRow.get, i32.const(tileRows)), i32.const(8))),
    i32.add(i32.mul(batch, field(frame, "planBatchBytes")), i32.mul(keyHead, field(frame, "planHeadBytes"))),
  );
  const [first, keys] = [i32.load(entry.get), i32.load(entry.get, 4)];
  const start = select(first, keyFrom.get, i32.gtS(first, keyFrom.get));
  const skipped = i32.shrU(i32.sub(key.get, first), i32.const(3));
  return (body) => [
    entry.set(field(frame, "allEntry")),
    lastEntry.set(i32.add(entry.get, i32.const(entryBytes))),
    when(plan, [
      end.set(tile),
      entry.set(i32.add(plan, i32.load(end.get))),
      lastEntry.set(i32.add(entry.get, i32.mul(i32.load(end.get, 4), i32.const(entryBytes)))),
    ]),
    loopFrom(entry, entry.get, lastEntry.get, entryBytes, [
      end.set(least(i32.add(first, keys), keyTo.get)),
      bitsRow.set(i32.shrU(i32.add(keys, i32.const(7)), i32.const(3))),
      loopFrom(key, start, end.get, blockKeys, [
        bits.set(i32.load(entry.get, 8)),
        when(bits.get, bits.set(i32.add(i32.add(bits.get, plan), skipped))),
        count.set(least(i32.sub(end.get, key.get), i32.const(blockKeys))),
        body,
      ]),
    ]),
  ];
}
