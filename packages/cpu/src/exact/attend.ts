import type { Code } from "../assembler/code.ts";
import {
  copyBytes,
  defineFunction,
  fillZero,
  type Local,
  loopFrom,
  type Scope,
  select,
  type WasmFunction,
  when,
} from "../assembler/function.ts";
import { f32, i32, v128 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { adjust } from "./adjust.ts";
import { writeOutputs, writeStatistics, writeWeights } from "./finish.ts";
import { constant, type Frame, field, inScratch, makeFrame } from "./frame.ts";
import { constantAt, type ExactShape, entryBytes, paddedValues, word } from "./layout.ts";
import { padRows, placeBlock, rowScores, scaleQueries } from "./row-scores.ts";
import { scores } from "./scores.ts";
import { exponentials, invertSums, updateMaxima, updateSums } from "./softmax.ts";
import { addValues } from "./values.ts";

/**
 * Exact attention of one tile of rows against all keys that its plan lists, block by block with an online softmax
 * (Dao et al. 2022, algorithm 1, without its loop over rows). A unit is a tile of a key-value head.
 */
export function attend(engine: Engine, shape: ExactShape): WasmFunction {
  return defineFunction(
    "attend",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeFrame(engine, shape, scope, descriptor!);
      const output = scope.i32();
      const target = scope.i32();
      const weights = scope.i32();
      const blocks = blockLoop(frame, scope);
      return [
        locate(frame, unit!, thread!, output, weights),
        startRows(frame),
        shape.fewQueries ? scaleQueries(frame) : copyShortTile(frame),
        whereOutputsGo(frame, output, target),
        blocks([
          logits(frame),
          updateMaxima(frame),
          exponentials(frame),
          updateSums(frame),
          addValues(frame, target),
          shape.single && shape.weights ? writeWeights(frame, weights) : [],
        ]),
        shape.single ? [] : invertSums(frame),
        shape.single ? when(i32.ne(target.get, output.get), writeOutputs(frame, output)) : writeOutputs(frame, output),
        writeStatistics(frame),
        shape.weights && !shape.single
          ? blocks([logits(frame), exponentials(frame), writeWeights(frame, weights)])
          : [],
      ];
    },
    { exported: true },
  );
}

/** The block's logits in base 2, −∞ where a key is forbidden or only pads. */
export function logits(frame: Frame): Code {
  return frame.shape.fewQueries ? [rowScores(frame), adjust(frame), padRows(frame)] : [scores(frame), adjust(frame)];
}

/** Finds the tile's rows, and where its queries, keys, values, outputs and scratch memory lie. */
export function locate(frame: Frame, unit: Local, thread: Local, output: Local, weights: Local): Code {
  const { engine, shape, group, firstRow, rows, scratch, query, keys, values, constants, at } = frame;
  const row = at.a;
  return [
    group.set(i32.divU(unit.get, field(frame, "tiles"))),
    firstRow.set(i32.mul(i32.remU(unit.get, field(frame, "tiles")), i32.const(engine.tileRows))),
    rows.set(i32.sub(field(frame, "rows"), firstRow.get)),
    rows.set(select(i32.const(engine.tileRows), rows.get, i32.gtS(rows.get, i32.const(engine.tileRows)))),
    row.set(i32.add(i32.mul(group.get, field(frame, "rows")), firstRow.get)),
    scratch.set(i32.add(field(frame, "scratch"), i32.mul(thread.get, field(frame, "scratchBytes")))),
    query.set(i32.add(field(frame, "query"), i32.mul(row.get, i32.const(shape.d * 4)))),
    output.set(i32.add(field(frame, "output"), i32.mul(row.get, i32.const(shape.e * 4)))),
    shape.weights
      ? [
          weights.set(i32.add(field(frame, "weights"), i32.mul(row.get, i32.shl(field(frame, "m"), i32.const(2))))),
          fillZero(weights.get, i32.mul(rows.get, i32.shl(field(frame, "m"), i32.const(2)))),
        ]
      : [],
    shape.fewQueries
      ? []
      : [
          keys.set(i32.add(field(frame, "keys"), i32.mul(group.get, field(frame, "keyBytes")))),
          values.set(i32.add(field(frame, "values"), i32.mul(group.get, field(frame, "valueBytes")))),
        ],
    constants.set(field(frame, "constants")),
  ];
}

/** Rows have seen nothing, or the sink of their head. */
export function startRows(frame: Frame): Code {
  const { engine, shape, at, scratch, layout, rows, group, firstRow } = frame;
  const address = i32.add(scratch.get, at.row.get);
  const keyHead = i32.remU(group.get, field(frame, "keyHeads"));
  const within = i32.divU(i32.add(firstRow.get, at.row.get), field(frame, "queries"));
  const head = i32.add(i32.mul(keyHead, field(frame, "groupHeads")), within);
  const sink = f32.load(at.b.get);
  return [
    loopFrom(at.row, i32.const(0), i32.const(engine.tileRows * 4), 16, [
      v128.store(address, constant(frame, constantAt.minusInfinity), layout.maximum),
      v128.store(address, constant(frame, constantAt.zeros), layout.sum),
    ]),
    when(
      field(frame, "sinks"),
      loopFrom(at.row, i32.const(0), rows.get, 1, [
        at.b.set(i32.add(field(frame, "sinks"), i32.shl(head, i32.const(2)))),
        at.a.set(inScratch(frame, at.row.get, 4)),
        f32.store(at.a.get, sink, layout.maximum),
        when(f32.gt(sink, f32.const(Number.NEGATIVE_INFINITY)), f32.store(at.a.get, f32.const(1), layout.sum)),
      ]),
    ),
    shape.single
      ? []
      : fillZero(
          i32.add(scratch.get, i32.const(layout.output)),
          i32.const(engine.tileRows * paddedValues(engine, shape.e) * 4),
        ),
  ];
}

/** Register tiles read whole: a tile with fewer rows is worked on in scratch memory. */
export function copyShortTile(frame: Frame): Code {
  const { engine, shape, rows, query, scratch, layout } = frame;
  const copy = i32.add(scratch.get, i32.const(layout.query));
  return when(i32.ltS(rows.get, i32.const(engine.tileRows)), [
    copyBytes(copy, query.get, i32.mul(rows.get, i32.const(shape.d * 4))),
    query.set(copy),
  ]);
}

/** Outputs that need no more work go where they belong; others to scratch memory first. */
function whereOutputsGo(frame: Frame, output: Local, target: Local): Code {
  const { engine, shape, rows, scratch, layout } = frame;
  const inScratchMemory = i32.add(scratch.get, i32.const(layout.output));
  if (!shape.single || paddedValues(engine, shape.e) !== shape.e) return target.set(inScratchMemory);
  return target.set(select(inScratchMemory, output.get, i32.ltS(rows.get, i32.const(engine.tileRows))));
}

/** Runs statements for every block of keys in the entries of the tile's plan. */
export function blockLoop(frame: Frame, scope: Scope): (body: Code) => Code {
  const { shape, key, count, bits, group, firstRow, engine } = frame;
  const [entry, lastEntry, end, limit] = [scope.i32(), scope.i32(), scope.i32(), i32.const(shape.blockKeys)];
  const batch = i32.divU(group.get, field(frame, "keyHeads"));
  const keyHead = i32.remU(group.get, field(frame, "keyHeads"));
  const tile = i32.add(
    i32.add(field(frame, "plan"), i32.mul(i32.divU(firstRow.get, i32.const(engine.tileRows)), i32.const(8))),
    i32.add(
      i32.mul(batch, i32.load(frame.descriptor.get, word.planBatchBytes)),
      i32.mul(keyHead, i32.load(frame.descriptor.get, word.planHeadBytes)),
    ),
  );
  return (body) => [
    entry.set(field(frame, "allEntry")),
    lastEntry.set(i32.add(entry.get, i32.const(entryBytes))),
    when(field(frame, "plan"), [
      end.set(tile),
      entry.set(i32.add(field(frame, "plan"), i32.load(end.get))),
      lastEntry.set(i32.add(entry.get, i32.mul(i32.load(end.get, 4), i32.const(entryBytes)))),
    ]),
    loopFrom(entry, entry.get, lastEntry.get, entryBytes, [
      end.set(i32.add(i32.load(entry.get), i32.load(entry.get, 4))),
      bits.set(i32.load(entry.get, 8)),
      bits.set(select(i32.add(bits.get, field(frame, "plan")), bits.get, bits.get)),
      loopFrom(key, i32.load(entry.get), end.get, shape.blockKeys, [
        count.set(i32.sub(end.get, key.get)),
        count.set(select(limit, count.get, i32.gtS(count.get, limit))),
        shape.fewQueries ? placeBlock(frame) : [],
        body,
        shape.fewQueries ? key.set(i32.sub(i32.add(key.get, count.get), limit)) : [],
      ]),
    ]),
  ];
}
