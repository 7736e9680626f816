import { elementCount, type Random, tensor } from "@xattn/core";
import { checkModelOptions, type Gradients, type ModelOptions, type Parameters } from "./options.ts";

/** Names and shapes of what a model of this form learns. */
export function parameterShapes(options: ModelOptions): Readonly<Record<string, readonly number[]>> {
  checkModelOptions(options);
  const { wordWidth, heads, mixedWidth, hiddenWidth, fusion, direction } = options;
  const regionWidth = hiddenWidth || options.regionWidth;
  const vision = fusion === "early" ? mixedWidth : regionWidth;
  const asking = direction === "languageAttendsVision" ? wordWidth : regionWidth;
  return {
    ...(hiddenWidth > 0 && { "encoder.weight": [options.regionWidth, hiddenWidth], "encoder.bias": [hiddenWidth] }),
    ...(fusion === "early" && {
      "concat.weight": [regionWidth + wordWidth, mixedWidth],
      "concat.bias": [mixedWidth],
    }),
    ...(fusion === "intermediate" && blockShapes("first", options, regionWidth, asking)),
    ...blockShapes("attention", options, vision, wordWidth),
    "mixture.weight": [heads],
  };
}

function blockShapes(block: string, options: ModelOptions, visionWidth: number, outputWidth: number) {
  const { wordWidth, heads, headWidth, valueWidth, direction } = options;
  const towards = direction === "languageAttendsVision";
  const [asking, asked] = towards ? [wordWidth, visionWidth] : [visionWidth, wordWidth];
  return {
    [`${block}.query.weight`]: [asking, heads * headWidth],
    [`${block}.query.bias`]: [heads * headWidth],
    [`${block}.key.weight`]: [asked, heads * headWidth],
    [`${block}.key.bias`]: [heads * headWidth],
    [`${block}.value.weight`]: [asked, heads * valueWidth],
    [`${block}.output.weight`]: [heads * valueWidth, outputWidth],
    ...(options.cosine && { [`${block}.temperature`]: [heads] }),
    ...(!towards && { [`${block}.null`]: [wordWidth] }),
  };
}

/**
 * Parameters to begin with: matrices normal with standard deviation 1/√in, biases 0, temperatures log 8, the mixture
 * 1/√h for each head, so that scores vary as one head's logits do. The result of the first cross-attention of intermediate fusion enters at a tenth of that size.
 */
export function initialParameters(options: ModelOptions, random: Random): Parameters {
  const entries = Object.entries(parameterShapes(options)).map(([name, shape]) => {
    const ofName = random.fork(name);
    const data = Float64Array.from({ length: elementCount(shape) }, () => initialNumber(name, shape, options, ofName));
    return [name, tensor(shape, data)] as const;
  });
  return Object.fromEntries(entries);
}

function initialNumber(name: string, shape: readonly number[], { heads }: ModelOptions, random: Random): number {
  if (name.endsWith(".bias")) return 0;
  if (name.endsWith(".temperature")) return Math.log(8);
  if (name === "mixture.weight") return 1 / Math.sqrt(heads);
  if (name.endsWith(".null")) return random.normal() / Math.sqrt(shape[0]!);
  const scale = name === "first.output.weight" ? 0.1 : 1;
  return (scale * random.normal()) / Math.sqrt(shape[0]!);
}

export function zeroGradients(parameters: Parameters): Gradients {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, new Float64Array(data.length)]),
  );
}
