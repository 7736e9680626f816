import { DeviceError, DeviceLostError } from "../errors/errors.ts";
import { BufferPool } from "../memory/pool.ts";
import { PipelineCache } from "../wgsl/pipelines.ts";
import { endBeforeExit } from "./exits.ts";
import { type GpuLimits, tighterLimits } from "./limits.ts";

/** A device for as long as it lives, and all that lives with it: buffers and pipelines. */
export class DeviceSession {
  readonly device: GPUDevice;
  readonly limits: GpuLimits;
  readonly pool: BufferPool;
  readonly pipelines: PipelineCache;
  /** Why the device is no more. */
  #lost: string | undefined;
  #refused: string | undefined;
  readonly #owned: boolean;
  readonly #forget: () => void;
  readonly #listener: (event: GPUUncapturedErrorEvent) => void;

  /** @param owned whether the device ends with the session; a caller's own does not */
  constructor(device: GPUDevice, owned: boolean, limits?: Partial<GpuLimits>) {
    this.device = device;
    this.limits = tighterLimits(device.limits, limits, isSoftware(device.adapterInfo));
    this.pool = new BufferPool(device, this.limits);
    this.pipelines = new PipelineCache(device);
    this.#owned = owned;
    device.lost.then(({ message, reason }) => {
      this.#lost ??= message || reason;
      this.#forget();
    });
    this.#listener = ({ error }) => this.refuse(error.message);
    device.addEventListener("uncapturederror", this.#listener);
    this.#forget = endBeforeExit({ drain: () => this.#drain(), destroyNow: () => this.#destroy() });
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Notes that the device refused a command: the next check says so. */
  refuse(message: string): void {
    this.#refused ??= message;
  }

  /** @throws DeviceLostError, DeviceError when something went wrong since the last look */
  check(): void {
    if (this.#lost !== undefined) throw new DeviceLostError(`the device was lost: ${this.#lost}`);
    const refused = this.#refused;
    this.#refused = undefined;
    if (refused !== undefined) throw new DeviceError(`the device refused a command: ${refused}`);
  }

  /** What a step that waits for the device gives; its failure is told as the loss it comes from. */
  async waitFor<Result>(step: Promise<Result>): Promise<Result> {
    try {
      const result = await step;
      this.check();
      return result;
    } catch (error) {
      // The loss is told by a promise of its own, which may resolve a little later than this one fails.
      if (!this.isLost) await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 20))]);
      this.check();
      throw error;
    }
  }

  /** Waits until the device is idle and gives its memory back. */
  async close(): Promise<void> {
    await this.#drain();
    this.#forget();
  }

  async #drain(): Promise<void> {
    if (!this.isLost) await this.device.queue.onSubmittedWorkDone().catch(() => {});
    this.#destroy();
  }

  #destroy(): void {
    if (!this.isLost) this.pool.destroy();
    this.device.removeEventListener("uncapturederror", this.#listener);
    if (this.#owned && !this.isLost) this.device.destroy();
    this.#lost ??= "it was disposed";
  }
}

/** Whether an adapter says of itself that it computes on the processor. */
export function isSoftware({ architecture, isFallbackAdapter }: GPUAdapterInfo): boolean {
  return Boolean(isFallbackAdapter) || architecture === "swiftshader" || architecture === "llvmpipe";
}
