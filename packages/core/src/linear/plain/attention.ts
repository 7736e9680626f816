import type { AttentionProblem } from "../../problem/problem.ts";
import type { FeatureMap } from "../../problem/variant.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkLinearProblem } from "../check.ts";
import { featureWidth } from "../features/check.ts";
import { visibleKeys } from "../mask/reach.ts";
import { inputScales } from "../scale.ts";
import { plainFeatures } from "./features.ts";
import { type Allocate, float32Of } from "./inputs.ts";
import { addKeys, keyBlock, queryBlock, readState } from "./state.ts";

/** A run of keys that lie together: the past, or the new ones. */
interface Segment {
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** Keys of one head. */
  readonly length: number;
}

/**
 * Linear attention in float32 (Katharopoulos et al. 2020, equation 5): one pass over the keys and one over the
 * queries, in O((n + m)·r·e) for r features. The state is shared by the query heads of a group and never depends on
 * n or m. What `referenceLinearAttention` says of masks, scale and vanishing denominators holds here too. Products are
 * summed in float64, the state is rounded to float32 after every four keys (after every key when each query sees one
 * key more than the last).
 *
 * @param allocate gives scratch memory; `linearScratchFloats` says how much is asked for
 * @returns [b, h, n, e]
 * @throws ShapeError, ArgumentError when the problem or the feature map is not sound
 * @throws UnsupportedError for modifiers, bias, sinks, masks other than causal and padding, and float64 inputs
 */
export function plainLinearAttention(
  problem: AttentionProblem,
  featureMap: FeatureMap,
  allocate: Allocate,
): Tensor<"float32"> {
  const { sizes, reach } = checkLinearProblem(problem, featureMap);
  const { batch, heads, keyHeads, n, d, e } = sizes;
  const r = featureWidth(featureMap, d);
  const write = plainFeatures(featureMap, d);
  const scales = inputScales(featureMap, problem.scale, d);
  const query = float32Of("query", problem.query, allocate);
  const segments = segmentsOf(problem, allocate);
  const state = allocate((e + 1) * r);
  const keyFeatures = allocate(keyBlock * r);
  const queryFeatures = allocate(queryBlock * r);
  const result = zeros([batch, heads, n, e]);
  const group = keyHeads === 0 ? 0 : heads / keyHeads;

  for (let matrix = 0; matrix < batch * keyHeads; matrix += 1) {
    const visibleTo = (i: number) => visibleKeys(reach[Math.floor(matrix / keyHeads)]!, i);
    const absorber = startState(state, keyFeatures, { r, d, e, write, scale: scales.key });
    for (let i = 0, runEnd = 0; i < n; i = runEnd) {
      const visible = visibleTo(i);
      for (runEnd = i + 1; runEnd < n && visibleTo(runEnd) === visible; ) runEnd += 1;
      if (visible === 0) continue;
      absorber(segments, matrix, visible);
      for (let head = matrix * group; head < (matrix + 1) * group; head += 1) {
        for (let first = i; first < runEnd; first += queryBlock) {
          const count = Math.min(queryBlock, runEnd - first);
          for (let row = 0; row < count; row += 1) {
            write(query, (head * n + first + row) * d, scales.query, queryFeatures, row * r);
          }
          readState(state, r, e, queryFeatures, count, result.data, (head * n + first) * e);
        }
      }
    }
  }
  return result;
}

interface StateShape {
  readonly r: number;
  readonly d: number;
  readonly e: number;
  readonly write: ReturnType<typeof plainFeatures>;
  /** Factor on the keys before the feature map. */
  readonly scale: number;
}

/** Empties the state and returns what brings it up to the first `visible` keys. */
function startState(state: Float32Array, features: Float32Array, { r, d, e, write, scale }: StateShape) {
  state.fill(0);
  const logScales = [0, 0, 0, 0];
  let absorbed = 0;
  // The state is divided by exp(stateScale), the largest factor of a key so far, so that no sum leaves the range.
  let stateScale = Number.NEGATIVE_INFINITY;
  return (segments: readonly Segment[], matrix: number, visible: number): void => {
    let segmentStart = 0;
    for (const { key, value, length } of segments) {
      const end = Math.min(visible, segmentStart + length);
      while (absorbed < end) {
        const first = matrix * length + absorbed - segmentStart;
        const count = Math.min(keyBlock, end - absorbed);
        let largest = stateScale;
        for (let row = 0; row < count; row += 1) {
          logScales[row] = write(key, (first + row) * d, scale, features, row * r);
          largest = Math.max(largest, logScales[row]!);
        }
        if (largest !== stateScale) {
          multiply(state, 0, (e + 1) * r, Math.exp(stateScale - largest));
          stateScale = largest;
        }
        for (let row = 0; row < count; row += 1) multiply(features, row * r, r, Math.exp(logScales[row]! - largest));
        addKeys(state, r, e, features, count, value, first * e);
        absorbed += count;
      }
      segmentStart += length;
    }
  };
}

function multiply(target: Float32Array, start: number, length: number, factor: number): void {
  if (factor === 1) return;
  for (let index = start; index < start + length; index += 1) target[index]! *= factor;
}

function segmentsOf({ key, value, past }: AttentionProblem, allocate: Allocate): readonly Segment[] {
  const recent: Segment = {
    key: float32Of("key", key, allocate),
    value: float32Of("value", value, allocate),
    length: key.shape[2]!,
  };
  if (!past) return [recent];
  const earlier: Segment = {
    key: float32Of("past.key", past.key, allocate),
    value: float32Of("past.value", past.value, allocate),
    length: past.key.shape[2]!,
  };
  return [earlier, recent];
}
