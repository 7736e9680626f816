import { attention, causalMultiplicative, randomNormal, seededRandom, type Tensor, toFloat64 } from "@xattn/core";
import { causal } from "@xattn/masking";
import { z } from "zod";
import { relativeError } from "../accuracy/relative-error.ts";
import { seedParameter, wholeNumber } from "../cell/whole-number.ts";
import { deterministic } from "../contract/deterministic.ts";
import type { DirectMeasure } from "../contract/measure.ts";

export const causalForms = ["additive", "multiplicative"] as const;
type CausalForm = (typeof causalForms)[number];

/** Positions after which the future is changed, evenly spaced from the first to the last but one. */
const cuts = 8;

type Attend = (key: Tensor, value: Tensor) => { readonly output: Tensor; readonly weights?: Tensor };

/**
 * Whether the future reaches the past. "additive" sets the logits of future keys to −∞ (the mask `causal()`);
 * "multiplicative" multiplies them with 0, as softmax((QKᵀ ⊙ mask)/√d)V has it. Keys and values after a position are
 * replaced by fresh ones, and outputs up to it must stay as they were. Queries, keys and values are unit-Gaussian,
 * n of each, of width d.
 */
export function causalLeak(): DirectMeasure<"futureMass" | "largestChange"> {
  return {
    kind: "direct",
    name: "causalLeak",
    version: 1,
    description: "What earlier outputs of a causal attention learn of later keys and values.",
    parameters: {
      n: wholeNumber("queries, and as many keys", 2, 4096),
      d: wholeNumber("head dimension d", 1, 4096),
      form: z.enum(causalForms),
      seed: seedParameter,
    },
    columns: {
      futureMass: deterministic("1", "Weight on keys after the query's position, mean over queries.", 1e-6),
      largestChange: deterministic(
        "1",
        "Largest ‖out′ − out‖ / ‖out‖ of an output when keys and values after it are replaced.",
        1e-6,
      ),
    },
    exclusive: false,
    run(cell, { seed }) {
      const [n, d] = [cell.n as number, cell.d as number];
      const random = seededRandom(seed);
      const draw = (name: string) => randomNormal(random.fork(name), [1, 1, n, d]);
      const attend = attendWith(cell.form as CausalForm, draw("query"));
      const past = { key: draw("key"), value: draw("value") };
      const future = { key: draw("other key"), value: draw("other value") };
      const before = attend(past.key, past.value);
      const outputs = toFloat64(before.output);
      let largestChange = 0;
      for (const cut of cutsOf(n)) {
        const rows = (cut + 1) * d;
        const after = attend(spliced(past.key, future.key, rows), spliced(past.value, future.value, rows));
        const changed = toFloat64(after.output);
        for (let start = 0; start < rows; start += d) {
          const change = relativeError(changed.subarray(start, start + d), outputs.subarray(start, start + d));
          largestChange = Math.max(largestChange, change);
        }
      }
      return { futureMass: futureMass(toFloat64(before.weights!), n), largestChange };
    },
  };
}

function attendWith(form: CausalForm, query: Tensor): Attend {
  return form === "additive"
    ? (key, value) => attention(query, key, value, { mask: causal(), weights: true })
    : (key, value) => causalMultiplicative(query, key, value);
}

function cutsOf(n: number): ReadonlySet<number> {
  return new Set(Array.from({ length: cuts }, (_, index) => Math.floor((index * (n - 1)) / cuts)));
}

/** The first `count` elements of one tensor, the rest of another. */
function spliced(first: Tensor<"float32">, rest: Tensor<"float32">, count: number): Tensor<"float32"> {
  const data = rest.data.slice();
  data.set(first.data.subarray(0, count));
  return { ...first, data };
}

function futureMass(weights: Float64Array, n: number): number {
  let sum = 0;
  for (let query = 0; query < n; query += 1) {
    for (let key = query + 1; key < n; key += 1) sum += weights[query * n + key]!;
  }
  return sum / n;
}
