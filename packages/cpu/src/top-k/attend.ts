import { defineFunction, loopFrom, type WasmFunction, when } from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";
import type { Engine } from "../engine/engine.ts";
import { blockLoop, copyShortTile, locate, logits, startRows } from "../exact/attend.ts";
import { writeStatistics } from "../exact/finish.ts";
import type { ExactShape } from "../exact/layout.ts";
import { scaleQueries } from "../exact/row-scores.ts";
import { collect, selectNow, startCandidates } from "./collect.ts";
import { makeTopKFrame, openRow, topKField } from "./frame.ts";
import { placeCandidates, sumValues, weighCandidates } from "./weigh.ts";

/**
 * Attention of one tile of rows to the k keys of largest logit in each row, of equal ones those that come first: logits
 * block by block as in exact attention, candidates above a threshold that rises with them, then softmax and values of
 * what is kept. Scratch memory grows with k, not with the number of keys. A unit is a tile of a key-value head.
 *
 * @param shape with `single` set, since no block of weights is ever waited for
 */
export function attendTopK(engine: Engine, shape: ExactShape): WasmFunction {
  return defineFunction(
    "attendTopK",
    ["i32", "i32", "i32"],
    (scope, descriptor, unit, thread) => {
      const frame = makeTopKFrame(engine, shape, scope, descriptor!);
      const { exact, candidates } = frame;
      const output = scope.i32();
      const weights = scope.i32();
      const blocks = blockLoop(exact, scope);
      return [
        locate(exact, unit!, thread!, output, weights),
        startRows(exact),
        startCandidates(frame),
        shape.fewQueries ? scaleQueries(exact) : copyShortTile(exact),
        blocks([logits(exact), collect(frame)]),
        loopFrom(exact.at.row, i32.const(0), exact.rows.get, 1, [
          openRow(frame),
          when(i32.gtS(candidates.get, topKField(frame, "kept")), selectNow(frame)),
          weighCandidates(frame),
          placeCandidates(frame, weights),
          sumValues(frame, output),
        ]),
        writeStatistics(exact),
      ];
    },
    { exported: true },
  );
}
