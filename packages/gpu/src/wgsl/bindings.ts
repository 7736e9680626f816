import type { BindingKind } from "./pipelines.ts";

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly type: string;
}

const space: Readonly<Record<BindingKind, string>> = {
  uniform: "uniform",
  read: "storage, read",
  write: "storage, read_write",
};

export function declare(bindings: readonly Binding[]): string {
  return bindings
    .map(({ name, kind, type }, at) => `@group(0) @binding(${at}) var<${space[kind]}> ${name}: ${type};`)
    .join("\n");
}

export const sizesBinding: Binding = { name: "sizes", kind: "uniform", type: "Sizes" };
export const tablesBinding: Binding = { name: "tables", kind: "read", type: "array<u32>" };
