import {
  ArgumentError,
  type AttentionOutputs,
  type AttentionProblem,
  type AttentionResult,
  type Backend,
  elementCount,
  type Placement,
  type RecurrentProblem,
  type RecurrentResult,
  type Tensor,
  tensor,
  UnsupportedError,
} from "@xattn/core";
import { type GpuLimits, limitNames } from "../device/limits.ts";
import { findAdapter } from "../device/open.ts";
import { DeviceSession, isSoftware } from "../device/session.ts";
import { DeviceLostError, DisposedError } from "../errors/errors.ts";
import { type GpuGradients, type GpuVjpOptions, gpuVjp } from "../gradients/vjp.ts";
import type { GpuHostProblem } from "../linear/problem.ts";
import { recurrentOnHost } from "../linear/recurrent.ts";
import { type AttentionPlan, planAttention } from "../plan/plan.ts";
import { printShader } from "../plan/print.ts";
import type { DeviceDType } from "../wgsl/storage.ts";
import { attendOnDevice, type GpuAttentionProblem, type GpuAttentionResult } from "./on-device.ts";
import { attendOnHost } from "./on-host.ts";
import { Recorder, type WorkCounts } from "./recorder.ts";
import { DeviceTensor, type GpuTensor, ownTensor, tensorBytes } from "./tensors.ts";
import { type DispatchTime, Timer } from "./timer.ts";
import { variantOnHost } from "./variant.ts";
import { isOther, variantCall, withoutIdleTopK } from "./variants.ts";

export interface GpuOptions {
  /** The caller's device, which the backend uses and does not destroy. */
  readonly device?: GPUDevice;
  /** The caller's adapter, which the backend asks for a device. */
  readonly adapter?: GPUAdapter;
  readonly powerPreference?: GPUPowerPreference;
  /** Take the software adapter even where there is a GPU. */
  readonly software?: boolean;
  /** Limits below the device's own, to leave room for others or to test. */
  readonly limits?: Partial<GpuLimits>;
}

/** What computes, for people and manifests. */
export interface GpuAdapterInfo {
  /** Where it was found: "caller", "navigator.gpu", "webgpu" or "software". */
  readonly source: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Whether it computes on the processor: its timings then say nothing about GPUs. */
  readonly software: boolean;
  readonly limits: GpuLimits;
}

/** The result of work that was timed. */
export interface Timed<Result> {
  readonly result: Result;
  /** Undefined where the device has no clock to read. */
  readonly dispatches: readonly DispatchTime[] | undefined;
}

/** Buffers of a backend at this moment. */
export interface GpuMemory {
  readonly buffers: number;
  readonly bytesInUse: number;
  /** Bytes that wait to be used again. */
  readonly bytesIdle: number;
}

/** Attention by WebGPU: WGSL emitted for the shapes, masks and modifiers at hand; float32 sums. */
export interface GpuBackend extends Backend {
  /**
   * Computes with tensors of the host, copied to the device and back. Log-sum-exps and weights are float32.
   *
   * @throws ShapeError, ArgumentError, MaskError before any work; UnsupportedError for variants and types not computed
   * @throws DeviceLostError, ShaderError, LimitError, DeviceError, DisposedError
   */
  attention(problem: GpuHostProblem, outputs?: AttentionOutputs, placement?: Placement): Promise<AttentionResult>;
  /**
   * The same with tensors of the device, whose results stay there. Resolves when the work is recorded: it is sent with
   * the next `download` or `submit`, all of it at once.
   *
   * @throws what `attention` does; LimitError where a binding is too small, ArgumentError for another device's tensors
   */
  attend(problem: GpuAttentionProblem, outputs?: AttentionOutputs): Promise<GpuAttentionResult>;
  /**
   * The vector-Jacobian product of exact attention: gradients of a scalar by the inputs, from its gradient by the
   * output. Weights are formed again, so that memory is linear in n + m. What core's `attentionVjp` says of masks,
   * NaN and rows without keys holds here too.
   *
   * @param outputGradient [b, h, n, e]
   * @throws ShapeError, ArgumentError when the problem or a gradient's shape is not sound
   * @throws UnsupportedError for variants other than standard and chunked, and float64
   * @throws LimitError where one head exceeds a binding; DeviceLostError, ShaderError, DeviceError, DisposedError
   */
  vjp(problem: AttentionProblem, outputGradient: Tensor, options?: GpuVjpOptions): Promise<GpuGradients>;
  /**
   * The recurrent forms of linear attention over tensors of the host: linear, gated, delta and gated delta, with their
   * state, as core's `plainRecurrentAttention` has them. 16-bit inputs are widened first.
   *
   * @throws ShapeError, ArgumentError when the problem is not sound; UnsupportedError for float64
   * @throws LimitError, DeviceLostError, ShaderError, DeviceError, DisposedError
   */
  recurrent(problem: RecurrentProblem): Promise<RecurrentResult>;
  /** Copies a tensor to the device. @throws UnsupportedError for float64, LimitError beyond one binding */
  upload<Type extends DeviceDType>(source: Tensor<Type>): Promise<GpuTensor<Type>>;
  download<Type extends DeviceDType>(source: GpuTensor<Type>): Promise<Tensor<Type>>;
  /** Gives a tensor's memory back once the work recorded so far has been sent. */
  free(tensor: GpuTensor): void;
  /** Sends the work recorded so far. */
  submit(): void;
  /** What a problem would take here. */
  plan(problem: AttentionProblem, outputs?: AttentionOutputs): AttentionPlan;
  /** The WGSL that a problem would run here. */
  printShader(problem: AttentionProblem, outputs?: AttentionOutputs): string;
  /**
   * Does some work and tells what each of its dispatches took by the device's own clock, the first 2048 of them; no
   * times where the device has no `timestamp-query`. One at a time: dispatches of other calls meanwhile count too.
   *
   * @throws ArgumentError when work is being timed already; what the work throws
   */
  timed<Result>(work: () => Promise<Result>): Promise<Timed<Result>>;
  adapterInfo(): GpuAdapterInfo;
  memory(): GpuMemory;
  counts(): WorkCounts;
  /** The device in use; another one after a loss. */
  readonly device: GPUDevice;
  /** Waits for the work under way, then gives all memory back. Later calls throw DisposedError. */
  dispose(): Promise<void>;
}

interface Opened {
  readonly session: DeviceSession;
  readonly recorder: Recorder;
  readonly source: string;
  readonly info: GPUAdapterInfo;
}

/**
 * Starts a backend on the caller's device or adapter, else on that of `navigator.gpu`, else in Node on that of the
 * package `webgpu`, on the machine's GPU or in software.
 *
 * @throws NoAdapterError with the reasons when there is none
 */
export async function createGpuBackend(options: GpuOptions = {}): Promise<GpuBackend> {
  let opened = await open(options);
  let opening: Promise<Opened> | undefined;
  let disposed: Promise<void> | undefined;
  let timing = false;

  /** The device in use, or a new one after a loss. */
  const current = async (): Promise<Opened> => {
    if (disposed) throw new DisposedError();
    if (!opened.session.isLost) return opened;
    if (options.device) throw new DeviceLostError("the caller's device was lost, and only the caller can replace it");
    opening ??= open(options).finally(() => {
      opening = undefined;
    });
    const next = await opening;
    if (disposed) {
      await next.session.close();
      throw new DisposedError();
    }
    opened = next;
    return next;
  };
  const now = (): Opened => {
    if (disposed) throw new DisposedError();
    return opened;
  };
  const asDisposed = (error: unknown): unknown =>
    disposed && error instanceof DeviceLostError ? new DisposedError() : error;

  return {
    name: "webgpu",
    capabilities: {
      variants: ["standard", "chunked", "topK", "linear"],
      dtypes: ["float32", "float16", "bfloat16"],
      accumulate: "float32",
    },
    get device() {
      return now().session.device;
    },
    async attention(given, outputs = {}, placement = {}) {
      const { recorder } = await current();
      try {
        const problem = withoutIdleTopK(given);
        if (isOther(problem)) {
          const prepare = async () => (await variantCall(recorder, problem, outputs))!;
          return await variantOnHost(recorder, problem, outputs, placement, prepare);
        }
        return await attendOnHost(recorder, problem as AttentionProblem, outputs, placement);
      } catch (error) {
        throw asDisposed(error);
      }
    },
    async attend(problem, outputs = {}) {
      const { recorder } = await current();
      try {
        return await attendOnDevice(recorder, problem, outputs);
      } catch (error) {
        throw asDisposed(error);
      }
    },
    async vjp(problem, outputGradient, options = {}) {
      const { recorder } = await current();
      try {
        return await gpuVjp(recorder, problem, outputGradient, options);
      } catch (error) {
        throw asDisposed(error);
      }
    },
    async recurrent(problem) {
      const { recorder } = await current();
      try {
        return await recurrentOnHost(recorder, problem);
      } catch (error) {
        throw asDisposed(error);
      }
    },
    async upload(source) {
      const { session, recorder } = await current();
      session.check();
      if ((source.dtype as Tensor["dtype"]) === "float64") {
        throw new UnsupportedError("source: is float64, which WebGPU has not; convert it to float32");
      }
      if (source.data.length < elementCount(source.shape)) {
        throw new ArgumentError("source: its buffer is detached or was transferred");
      }
      return new DeviceTensor(session, source.dtype, source.shape, recorder.upload(source.data, "source"));
    },
    async download(source) {
      const { session, recorder } = now();
      session.check();
      const { buffer, dtype, shape } = ownTensor(session, "source", source);
      try {
        const [bytes] = await recorder.download([{ buffer, bytes: tensorBytes(dtype, shape) }]);
        const storage = dtype === "float32" ? new Float32Array(bytes!) : new Uint16Array(bytes!);
        return tensor(shape, storage as never, dtype) as never;
      } catch (error) {
        throw asDisposed(error);
      }
    },
    free(source) {
      const { session, recorder } = now();
      recorder.release(ownTensor(session, "tensor", source).buffer);
    },
    submit() {
      now().recorder.flush();
    },
    async timed(work) {
      const { session, recorder } = await current();
      if (timing) throw new ArgumentError("work: other work is being timed; await it first");
      if (!session.device.features.has("timestamp-query")) return { result: await work(), dispatches: undefined };
      timing = true;
      // What was recorded before is not the work's.
      recorder.flush();
      const timer = new Timer(session);
      recorder.timeWith(timer);
      try {
        const result = await work();
        recorder.flush();
        return { result, dispatches: await timer.read() };
      } catch (error) {
        throw asDisposed(error);
      } finally {
        recorder.timeWith(undefined);
        timing = false;
      }
    },
    plan: (problem, outputs) => planAttention(problem, outputs, now().session.limits),
    printShader: (problem, outputs) => printShader(problem, outputs, now().session.limits),
    adapterInfo() {
      const { source, info, session } = now();
      const { vendor, architecture, device, description } = info;
      const software = isSoftware(info) || source === "software";
      return { source, vendor, architecture, device, description, software, limits: session.limits };
    },
    memory() {
      const { buffersInUse, bytesInUse, bytesIdle } = now().session.pool;
      return { buffers: buffersInUse, bytesInUse, bytesIdle };
    },
    counts: () => now().recorder.counts,
    scratchBytes: () => now().session.pool.peakBytes,
    resetScratch: () => now().session.pool.resetPeak(),
    dispose() {
      disposed ??= (async () => {
        await opening?.catch(() => {});
        opened.recorder.flush();
        await opened.session.close();
      })();
      return disposed;
    },
  };
}

async function open(options: GpuOptions): Promise<Opened> {
  const { device, adapter, limits } = options;
  if (device) {
    return opened(new DeviceSession(device, false, limits), "caller", device.adapterInfo);
  }
  const found = adapter ? { adapter, source: "caller" } : await findAdapter(options);
  const requiredLimits = Object.fromEntries(limitNames.map((name) => [name, found.adapter.limits[name]]));
  const wanted: readonly GPUFeatureName[] = ["timestamp-query"];
  const requiredFeatures = wanted.filter((feature) => found.adapter.features.has(feature));
  const made = await found.adapter.requestDevice({ requiredLimits, requiredFeatures });
  return opened(new DeviceSession(made, true, limits), found.source, found.adapter.info);
}

function opened(session: DeviceSession, source: string, info: GPUAdapterInfo): Opened {
  return { session, recorder: new Recorder(session), source, info };
}
