import { computeStage } from "../device/usage.ts";
import { ShaderError } from "../errors/errors.ts";

export type BindingKind = "uniform" | "read" | "write";

/** A compute shader with what it binds, in group 0, from binding 0 on. */
export interface Shader {
  readonly code: string;
  readonly bindings: readonly BindingKind[];
  /** What it is made for, for people. */
  readonly title: string;
}

const layoutType: Readonly<Record<BindingKind, GPUBufferBindingType>> = {
  uniform: "uniform",
  read: "read-only-storage",
  write: "storage",
};

/** Compiled shaders by their code. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  /** @throws ShaderError showing what the shader is made for, and the line that the device refuses */
  get(shader: Shader): Promise<GPUComputePipeline> {
    const known = this.#pipelines.get(shader.code);
    if (known) return known;
    const made = this.#make(shader);
    this.#pipelines.set(shader.code, made);
    // What failed may have failed by a device that was lost: it is tried again when asked again.
    made.catch(() => this.#pipelines.delete(shader.code));
    return made;
  }

  async #make({ code, bindings, title }: Shader): Promise<GPUComputePipeline> {
    const device = this.#device;
    // A scope keeps the error of this module from being taken for that of another call.
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code, label: title });
    const refused = device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    const error = messages.find(({ type }) => type === "error");
    const failure = await refused;
    if (error) {
      const line = code.split("\n")[error.lineNum - 1] ?? "";
      throw new ShaderError(`${title}: ${error.message}, in line ${error.lineNum}: ${line.trim()}`);
    }
    if (failure) throw new ShaderError(`${title}: ${failure.message}`);
    const layout = device.createBindGroupLayout({
      entries: bindings.map((kind, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type: layoutType[kind] },
      })),
    });
    try {
      return await device.createComputePipelineAsync({
        label: title,
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" },
      });
    } catch (error) {
      throw new ShaderError(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
