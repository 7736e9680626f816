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
import { RunningSums, type Segment } from "./running-sums.ts";
import { queryBlock } from "./state.ts";

/**
 * Linear attention in float32 (Katharopoulos et al. 2020, equation 5): one pass over the keys and one over the
 * queries, in O((n + m)·r·e) for r features. The state is shared by the query heads of a group and never depends on
 * n or m. What `referenceLinearAttention` says of masks, scale and vanishing denominators holds here too. Products are
 * summed in float64; the state is rounded to float32 after every four keys.
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
  const query = float32Of("query", problem.query, allocate);
  const shape = {
    r: featureWidth(featureMap, d),
    d,
    e,
    write: plainFeatures(featureMap, d),
    scales: inputScales(featureMap, problem.scale, d),
  };
  const sums = new RunningSums(shape, segmentsOf(problem, allocate), allocate);
  const result = zeros([batch, heads, n, e]);
  const group = keyHeads === 0 ? 0 : heads / keyHeads;

  for (let keyHead = 0; keyHead < batch * keyHeads; keyHead += 1) {
    const ofEntry = reach[Math.floor(keyHead / keyHeads)]!;
    const queries = Math.min(n, ofEntry.queries);
    sums.start(keyHead);
    for (let i = 0; i < queries; i += queryBlock) {
      const count = Math.min(queryBlock, queries - i);
      const visible = visibleKeys(ofEntry, i);
      const visibleNext = visibleKeys(ofEntry, i + count - 1);
      sums.advance(visible, visibleNext);
      for (let head = keyHead * group; head < (keyHead + 1) * group; head += 1) {
        const row = head * n + i;
        sums.read(query, row * d, count, visible, visibleNext, result.data, row * e);
      }
    }
  }
  return result;
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
