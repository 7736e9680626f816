import { normalization } from "@xattn/measures";
import { defineExperiment } from "@xattn/runner/define";
export default defineExperiment({
  name: "normalization",
  title: "Do attention weights sum to 1?",
  question: "Does every row of weights sum to 1, for each variant, scale of the logits, element type and mask?",
  axes: {
    variant: ["standard", "chunked", "linear", "sparse", "entmax"],
    scale: [0.01, 1, 100, 10000],
    mask: ["none", "causal", "causal-bottom-right", "window"],
    dtype: ["float32", "float16", "bfloat16"],
    n: [100],
    m: [20],
    d: [64],
    backend: ["plain"],
  },
  profiles: {
    quick: {},
    full: { axes: { n: [1, 100, 333], m: [1, 20, 257], backend: ["plain", "reference"] } },
  },
  measures: [normalization()],
  claims: [
    {
      kind: "bound",
      name: "rows-sum-to-one",
      statement: "In float32, Σⱼ αᵢⱼ = 1 within 10⁻⁶ for every row that has a key, whatever the scale of the logits.",
      source: "Mathematical Foundations of Cross-Modal Attention, Normalization Properties",
      where: "datum.dtype == 'float32'",
      column: "rowSumError",
      atMost: 1e-6,
    },
    {
      kind: "bound",
      name: "half-precision-sums",
      statement: "In half precision, Σⱼ αᵢⱼ = 1 within 2⁻⁸.",
      where: "datum.dtype != 'float32'",
      column: "rowSumError",
      atMost: 0.00390625,
    },
    {
      kind: "bound",
      name: "empty-rows-are-zero",
      statement: "A row in which the mask allows no key has no weight at all.",
      where: "datum.emptyRows > 0",
      column: "emptyRowMass",
      atMost: 0,
    },
  ],
  charts: [
    {
      name: "row-sum-error",
      title: "Largest distance of a row's sum from 1",
      description: "By variant and scale of the queries, without a mask, in float32; 0 is drawn at the lower end.",
      mark: "rect",
      filter: "datum.mask == 'none' && datum.dtype == 'float32'",
      encoding: {
        x: { field: "scale", type: "ordinal", title: "factor on unit-Gaussian queries" },
        y: { field: "variant", type: "nominal", sort: null },
        color: { field: "rowSumError" },
      },
    },
  ],
});
