import type { Code } from "../assembler/code.ts";
import {
  defineFunction,
  type Local,
  repeatBelow,
  type Scope,
  select,
  type WasmFunction,
} from "../assembler/function.ts";
import { i32 } from "../assembler/instructions.ts";

/** Words of a conversion's descriptor. */
export const spanWords = ["from", "to", "count"] as const;

export const spanDescriptorBytes = 4 * spanWords.length;

/** Elements of a unit, a multiple of 8. Fewer are not worth waking a thread for. */
export const unitElements = 32768;

/** What happens to 8 elements at the addresses `from` and `to`; both are moved on afterwards. */
export type EightAtOnce = (scope: Scope, from: Local, to: Local) => Code;

/**
 * A kernel that converts elements 8 at a time, so that it reads and writes up to the next multiple of 8. A unit is a
 * run of `unitElements`.
 */
export function overSpan(
  name: string,
  bytes: { readonly from: number; readonly to: number },
  build: EightAtOnce,
): WasmFunction {
  return defineFunction(
    name,
    ["i32", "i32", "i32"],
    (scope, descriptor, unit) => {
      const [from, to, end, left] = [scope.i32(), scope.i32(), scope.i32(), scope.i32()];
      const field = (word: (typeof spanWords)[number]) => i32.load(descriptor!.get, 4 * spanWords.indexOf(word));
      const first = i32.mul(unit!.get, i32.const(unitElements));
      const start = (address: Code, size: number) => i32.add(address, i32.mul(first, i32.const(size)));
      return [
        from.set(start(field("from"), bytes.from)),
        to.set(start(field("to"), bytes.to)),
        left.set(i32.sub(field("count"), first)),
        left.set(select(left.get, i32.const(unitElements), i32.ltS(left.get, i32.const(unitElements)))),
        end.set(i32.add(from.get, i32.mul(left.get, i32.const(bytes.from)))),
        repeatBelow(from, end, [
          build(scope, from, to),
          from.set(i32.add(from.get, i32.const(8 * bytes.from))),
          to.set(i32.add(to.get, i32.const(8 * bytes.to))),
        ]),
      ];
    },
    { exported: true },
  );
}
