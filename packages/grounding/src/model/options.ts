import { ArgumentError, type Tensor, type Variant } from "@xattn/core";

/** Which modality asks: its rows are the queries, the other's are keys and values. */
export const directions = ["languageAttendsVision", "visionAttendsLanguage"] as const;
export type Direction = (typeof directions)[number];

/**
 * Where the two modalities meet.
 *
 * - "late": only in the logits; each is embedded by itself (two towers and their product).
 * - "early": before the attention; every region becomes tanh(W·[region; word] + b), one mixture for each word.
 * - "intermediate": in a first cross-attention, whose result is added to the asking stream, and then in the logits.
 */
export const fusions = ["early", "late", "intermediate"] as const;
export type Fusion = (typeof fusions)[number];

/** The form of a model, as plain data. */
export interface ModelOptions {
  /** dl */
  readonly wordWidth: number;
  /** dv */
  readonly regionWidth: number;
  readonly heads: number;
  /** Width d of a head's queries and keys. */
  readonly headWidth: number;
  /** Width e of a head's values. */
  readonly valueWidth: number;
  /** Width of the mixed tokens of early fusion. */
  readonly mixedWidth: number;
  /** Width of the layer tanh(W·r + b) that regions pass first; 0 for none. */
  readonly hiddenWidth: number;
  readonly fusion: Fusion;
  readonly direction: Direction;
  readonly variant: Variant;
  /** Queries and keys of unit length times a learned temperature of each head; as they are when false. */
  readonly cosine: boolean;
}

/** The learned numbers by name, such as "attention.query.weight"; `parameterShapes` tells which there are. */
export type Parameters = Readonly<Record<string, Tensor<"float64">>>;

/** Gradients, to be added to: as many numbers as the parameter of the same name has. */
export type Gradients = Readonly<Record<string, Float64Array>>;

/** @throws ArgumentError naming the option, what it is and what it needs */
export function checkModelOptions(options: ModelOptions): void {
  for (const name of ["wordWidth", "regionWidth", "heads", "headWidth", "valueWidth", "mixedWidth"] as const) {
    if (!Number.isSafeInteger(options[name]) || options[name] < 1) {
      throw new ArgumentError(`options.${name}: ${options[name]} is not one of 1, 2, 3, …`);
    }
  }
  if (!Number.isSafeInteger(options.hiddenWidth) || options.hiddenWidth < 0) {
    throw new ArgumentError(`options.hiddenWidth: ${options.hiddenWidth} is not one of 0, 1, 2, …`);
  }
  needOneOf("options.fusion", options.fusion, fusions);
  needOneOf("options.direction", options.direction, directions);
}

function needOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new ArgumentError(`${name}: "${value}"; needs one of ${allowed.join(", ")}`);
}
