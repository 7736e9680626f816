import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@xattn/core";
import { readSafetensors, writeSafetensors } from "../safetensors/safetensors.ts";
import type { RecordedAttention } from "./recorded-attention.ts";

export const fixtureFile = fileURLToPath(new URL("../../fixtures/attention.safetensors", import.meta.url));

const parts = ["query", "key", "value", "weights"] as const;
type Part = (typeof parts)[number];

/** The bytes of a fixture with these records. */
export function encodeRecords(records: readonly RecordedAttention[]): Uint8Array {
  return writeSafetensors({
    tensors: Object.fromEntries(
      records.flatMap((record, index) => parts.map((part) => [`${index}.${part}`, record[part]])),
    ),
    metadata: { records: JSON.stringify(records.map(described)) },
  });
}

export function decodeRecords(bytes: Uint8Array): RecordedAttention[] {
  const { tensors, metadata } = readSafetensors(bytes);
  const records = JSON.parse(metadata.records!) as ReturnType<typeof described>[];
  return records.map((record, index) => {
    const part = (name: Part) => tensors[`${index}.${name}`] as Tensor<"float32">;
    return { ...record, query: part("query"), key: part("key"), value: part("value"), weights: part("weights") };
  });
}

function described({ encoder, layer, input, tokens, scale }: RecordedAttention) {
  return { encoder, layer, input, tokens, scale };
}

let kept: readonly RecordedAttention[] | undefined;

/** All recorded layers: three sentences and one text line, two layers each. Read once from the package's own file. */
export function recordedAttention(): readonly RecordedAttention[] {
  kept ??= decodeRecords(readFileSync(fixtureFile));
  return kept;
}
