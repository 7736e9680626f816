import { bindShape, showShape, type Tensor, toFloat64 } from "@xattn/core";
import { type Attended, type AttendedGradients, attend, type Streams } from "./attend.ts";
import { mixEarly } from "./early.ts";
import { encode } from "./encoder.ts";
import { addScaled } from "./matrix.ts";
import type { Gradients, ModelOptions, Parameters } from "./options.ts";

/** A batch of scenes and words to look for in each. */
export interface ModelInputs {
  /** [b, m, dl] */
  readonly words: Tensor;
  /** [b, n, dv] */
  readonly regions: Tensor;
}

/** Gradients of a scalar by the results of the model; absent ones are 0. */
export interface ForwardGradients {
  readonly scores?: Float64Array;
  readonly weights?: Float64Array;
  readonly gathered?: Float64Array;
}

export interface Forward {
  readonly batch: number;
  readonly words: number;
  readonly cells: number;
  /** [b, m, n]: how well each cell fits each word, Σ_h π_h·logit_h; comparable between cells and scenes. */
  readonly scores: Float64Array;
  /** [b, h, m, n], the attention of each head in the model's variant. */
  readonly weights: Float64Array;
  /** [b, m, dl] what each word gathered; where vision asks, [b, n, dl] for each cell (for early fusion [b, m, n, dl]). */
  readonly gathered: Float64Array;
  /** Adds to the gradients of the parameters; what it returns computes the gradient by the regions [b, n, dv]. */
  pull(of: ForwardGradients, into: Gradients): () => Float64Array;
}

/**
 * The model: fusion, multi-head cross-modal attention, and the grounding head, which points where the mixture of its
 * heads' logits is largest. All in float64.
 *
 * @throws ShapeError when the inputs do not fit each other or the options
 */
export function forward(parameters: Parameters, options: ModelOptions, inputs: ModelInputs): Forward {
  const { b, m } = bindShape("words", inputs.words, ["b", "m", "dl"], { dl: options.wordWidth }, "options.wordWidth");
  const source = `options.regionWidth and words ${showShape(inputs.words.shape)}`;
  const { n } = bindShape("regions", inputs.regions, ["b", "n", "dv"], { b, dv: options.regionWidth }, source);
  const streams = {
    batch: b,
    words: m,
    cells: n,
    language: float64(inputs.words),
    vision: float64(inputs.regions),
  };
  const encoded = encode(streams.vision, parameters);
  const { attended, pull } = fuse({ ...streams, vision: encoded.output }, parameters, options);
  // Early fusion has every word in an entry of its own: [b·m, h, 1, n] becomes [b, h, m, n].
  const apart = options.fusion === "early";
  const arranged = (x: Float64Array) => (apart ? swapAxes(x, b, m, options.heads, n) : x);
  const logits = arranged(attended.logits);
  const mixture = parameters["mixture.weight"]!.data;
  return {
    batch: b,
    words: m,
    cells: n,
    scores: mixHeads(logits, mixture, b, m * n),
    get weights() {
      return arranged(attended.weights);
    },
    get gathered() {
      return attended.gathered;
    },
    pull(of, into) {
      const restored = (x: Float64Array) => (apart ? swapAxes(x, b, options.heads, m, n) : x);
      const ofVision = pull(
        {
          logits: of.scores && restored(pullMixture(of.scores, logits, mixture, b, m * n, into["mixture.weight"]!)),
          weights: of.weights && restored(of.weights),
          gathered: of.gathered,
        },
        into,
      );
      return encoded.pull(ofVision, into);
    },
  };
}

interface Fused {
  readonly attended: Attended;
  /** What it returns computes the gradient by the vision stream. */
  pull(of: AttendedGradients, into: Gradients): () => Float64Array;
}

function fuse(streams: Streams, parameters: Parameters, options: ModelOptions): Fused {
  if (options.fusion === "early") {
    const mixture = mixEarly(streams, parameters);
    const attended = attend(mixture.streams, parameters, "attention", options);
    return {
      attended,
      pull: (of, into) => mixture.pull(attended.pull(of, into).vision(), into),
    };
  }
  if (options.fusion === "late") {
    const attended = attend(streams, parameters, "attention", options);
    return { attended, pull: (of, into) => attended.pull(of, into).vision };
  }
  const first = attend(streams, parameters, "first", options);
  const asking = options.direction === "languageAttendsVision" ? "language" : "vision";
  const enriched = streams[asking].slice();
  addScaled(enriched, first.gathered);
  const attended = attend({ ...streams, [asking]: enriched }, parameters, "attention", options);
  return {
    attended,
    pull(of, into) {
      const second = attended.pull(of, into);
      const ofEnriched = second[asking]();
      const back = first.pull({ gathered: ofEnriched }, into);
      return () => {
        const ofVision = back.vision();
        addScaled(ofVision, asking === "vision" ? ofEnriched : second.vision());
        return ofVision;
      };
    },
  };
}

/** Σ_h π_h·x_h, [b, h, size] → [b, size] */
function mixHeads(x: Float64Array, mixture: Float64Array, batch: number, size: number): Float64Array {
  const mixed = new Float64Array(batch * size);
  for (let entry = 0; entry < batch; entry += 1) {
    const target = mixed.subarray(entry * size, (entry + 1) * size);
    for (const [head, share] of mixture.entries()) {
      const start = (entry * mixture.length + head) * size;
      addScaled(target, x.subarray(start, start + size), share);
    }
  }
  return mixed;
}

function pullMixture(
  gradient: Float64Array,
  x: Float64Array,
  mixture: Float64Array,
  batch: number,
  size: number,
  ofMixture: Float64Array,
): Float64Array {
  const ofLogits = new Float64Array(x.length);
  for (let entry = 0; entry < batch; entry += 1) {
    for (const [head, share] of mixture.entries()) {
      const start = (entry * mixture.length + head) * size;
      let sum = 0;
      for (let index = 0; index < size; index += 1) {
        const of = gradient[entry * size + index]!;
        ofLogits[start + index] = share * of;
        sum += of * x[start + index]!;
      }
      ofMixture[head]! += sum;
    }
  }
  return ofLogits;
}

/** [b, p, q, n] → [b, q, p, n] */
function swapAxes(x: Float64Array, b: number, p: number, q: number, n: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let entry = 0; entry < b; entry += 1) {
    for (let i = 0; i < p; i += 1) {
      for (let j = 0; j < q; j += 1) {
        const from = ((entry * p + i) * q + j) * n;
        result.set(x.subarray(from, from + n), ((entry * q + j) * p + i) * n);
      }
    }
  }
  return result;
}

/** Without a copy where the numbers are float64 already. */
function float64(x: Tensor): Float64Array {
  return x.dtype === "float64" ? (x.data as Float64Array) : toFloat64(x);
}
