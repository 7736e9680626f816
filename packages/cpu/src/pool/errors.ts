/** An argument of the pool that it cannot work with: the message names it, the value it has and what it needs. */
export class PoolArgumentError extends Error {
  override readonly name = "PoolArgumentError";
}

/** The pool was used after `dispose`. */
export class DisposedError extends Error {
  override readonly name = "DisposedError";
}

/** `run` or `addModule` was called while a `run` of the same pool was under way. */
export class NestedRunError extends Error {
  override readonly name = "NestedRunError";
}

/** A worker could not be started; `cause` says why. The pool goes on with the threads that it has. */
export class ThreadStartError extends Error {
  override readonly name = "ThreadStartError";
}

/**
 * A kernel trapped. The units that no thread had begun by then were not computed, so the kernel's output is incomplete.
 * `cause` is what the kernel threw; from a worker it is a `WebAssembly.RuntimeError` with the same message.
 */
export class KernelError extends Error {
  override readonly name = "KernelError";
  readonly kernel: string;
  readonly unit: number;
  readonly thread: number;

  constructor(kernel: string, unit: number, thread: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`kernel "${kernel}" failed at unit ${unit} on thread ${thread}: ${reason}`, { cause });
    this.kernel = kernel;
    this.unit = unit;
    this.thread = thread;
  }
}

/**
 * Threads did not come back from their last unit. They are being terminated, but until `ready()` resolves one of them
 * may still write where the lost run was told to write. `cause` is the kernel's fault, if another thread had one.
 */
export class ThreadLostError extends Error {
  override readonly name = "ThreadLostError";
  readonly kernel: string;
  readonly threads: readonly number[];

  constructor(kernel: string, threads: readonly number[], seconds: number, cause?: unknown) {
    super(
      `kernel "${kernel}" did not return on thread ${threads.join(", ")} in ${seconds} s after all other units were done`,
      cause === undefined ? {} : { cause },
    );
    this.kernel = kernel;
    this.threads = threads;
  }
}
