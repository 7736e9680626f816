import { defineFunction, loopFrom } from "../assembler/function.ts";
import { i32, v128 } from "../assembler/instructions.ts";
import { compile } from "./compile.ts";
import type { Engine } from "./engine.ts";

/** Chains of multiply-adds: enough to fill the pipeline, few enough to stay in registers. */
const sums = { wide: 20, narrow: 12 };
const lanes = 4;
const unroll = 8;

/** Multiply-adds with nothing else to do: what a kernel could reach at most on this core. */
export interface Peak {
  /** Multiply-adds of one round. */
  readonly multiplyAdds: number;
  run(rounds: number): void;
}

/** All operands in registers, all chains independent; the engine's own kind of multiply-add. */
export function createPeak(engine: Engine): Peak {
  const chains = engine.vectors === 4 ? sums.wide : sums.narrow;
  const kernel = defineFunction(
    "peak",
    ["i32"],
    (scope, rounds) => {
      const accumulators = Array.from({ length: chains }, () => scope.v128());
      const factors = [0, 1, 2, 3].map(() => scope.v128());
      const round = scope.i32();
      const step = accumulators.map((sum, index) =>
        sum.set(engine.madd(factors[index % 2]!.get, factors[2 + (index % 2)]!.get, sum.get)),
      );
      return [
        factors.map((factor, index) => factor.set(v128.load(i32.const(0), 16 * index))),
        loopFrom(
          round,
          i32.const(0),
          rounds!.get,
          1,
          Array.from({ length: unroll }, () => step),
        ),
        accumulators.map((sum, index) => v128.store(i32.const(0), sum.get, 64 + 16 * index)),
      ];
    },
    { exported: true },
  );
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(compile(engine, [kernel], false), { env: { memory } });
  return { multiplyAdds: chains * lanes * unroll, run: exports.peak as (rounds: number) => void };
}
