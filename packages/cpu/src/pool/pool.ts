/**
 * A persistent pool of threads that run WebAssembly kernels on one shared memory.
 *
 * A *job* is a kernel over units 0 to `units − 1`. The main thread is thread 0 and does units like the others; workers
 * are threads 1 to `threads − 1`. All coordination goes through control words (`words.ts`), not through messages, so
 * that `run` is synchronous and costs a microsecond or two when the workers are awake.
 *
 * **Who writes which word**
 *
 * | word | written by | meaning |
 * |---|---|---|
 * | `EPOCH` | main, +1 | something happened: a job was opened or a module posted. Workers poll it, then sleep on it |
 * | `MODULE`, `KERNEL`, `DESCRIPTOR`, `UNITS` | main, while `OPEN` is 0 and no worker is busy | the job |
 * | `OPEN` | main | 1 while the job may be joined |
 * | `NEXT` | everyone, +1 | the next unclaimed unit; a trap sets it beyond all units |
 * | `FAILED_THREAD` and what follows | main clears; the first worker to trap sets it by compare-and-exchange | the trap |
 * | `POSTED` | main | modules posted so far; a worker that has fewer goes back to its event loop to receive them |
 * | `MAIN_WAITS` | main | a worker that goes idle must notify its state word |
 * | state of a worker | that worker; main clears it when the worker has stopped | see below |
 *
 * **States of a worker**
 *
 *     ABSENT → IDLE ⇄ ASLEEP       ABSENT: starting or stopped. ASLEEP: in Atomics.wait on `EPOCH`
 *               IDLE ⇄ BUSY        BUSY: may read the job, claim units, run the kernel
 *
 * **Joining is optional, leaving is acknowledged.** A worker that sees a new epoch becomes busy *first* and looks at
 * `OPEN` *then*; the main thread clears `OPEN` first and looks at the states then. Both are sequentially consistent, so
 * either the worker finds the job closed, or the main thread finds the worker busy and waits until it is idle. So no
 * worker reads or claims anything of a job that is not the open one, whatever it remembers of epochs; and a worker
 * that is asleep, starting or late is never waited for.
 *
 * **Going to sleep** has the same form: a worker declares itself asleep and then waits only if `EPOCH` is still the one
 * it saw; the main thread adds to `EPOCH` and then looks for sleepers to decide whether to notify.
 *
 * **Lost workers.** When all units are claimed, each busy worker is at its last one. The clock starts then, and again
 * whenever a worker comes back; busy workers that let `stallSeconds` pass without one of them coming back are lost. The
 * clock adds up waits of an eighth of that, so a process that was suspended does not count the pause. A lost worker is
 * terminated; until it has stopped, no job is opened and all run on the main thread alone, because it might still claim
 * a unit or use its thread's scratch. Then a new worker takes its place, as for one that died between jobs.
 */

import { type Crew, createCrew } from "./crew.ts";
import { DisposedError, KernelError, NestedRunError, PoolArgumentError, ThreadLostError } from "./errors.ts";
import { availableThreads, threadStarter } from "./host.ts";
import {
  ASLEEP,
  BUSY,
  DESCRIPTOR,
  EPOCH,
  FAILED_THREAD,
  FAILED_UNIT,
  FAILURE_LENGTH,
  FAILURE_TEXT,
  KERNEL,
  MAIN_WAITS,
  MODULE,
  NEXT,
  NO_MORE_UNITS,
  OPEN,
  SPIN_MILLISECONDS,
  stateOf,
  UNITS,
} from "./words.ts";

export interface PoolOptions {
  /** Threads including the main thread, 1 to 256. Where workers cannot share memory the pool has one. */
  readonly threads: number;
  /** What every module imports as `env.memory`; shared when the pool has more than one thread. */
  readonly memory: WebAssembly.Memory;
  /**
   * Seconds without any worker coming back, counted from when all units have been claimed, after which the workers
   * still at work are taken for lost. It must be longer than the longest honest unit. Default 30.
   */
  readonly stallSeconds?: number;
}

export interface Pool {
  /** Threads including the main thread: kernels see thread numbers from 0 to `threads − 1`. */
  readonly threads: number;
  /** Threads that would take part in a job now: 1 while the workers start, or after one was lost. */
  readonly active: number;
  /**
   * Instantiates the module here and hands it to the workers.
   * @returns the index to give to `run`
   * @throws DisposedError, NestedRunError, or `WebAssembly.LinkError` when it imports anything but `env.memory`
   */
  addModule(module: WebAssembly.Module): number;
  /**
   * Calls the export `name`, `(descriptor: i32, unit: i32, thread: i32) -> void`, once for every unit, and returns when
   * all are done. Threads claim units one by one in ascending order. One unit runs here and wakes nobody.
   * @param descriptor any 32-bit integer, as a rule the address of the job's parameters
   * @param units 0 to 2³⁰ − 1
   * @throws KernelError when the kernel traps; the pool remains usable, units that nobody had begun are not done
   * @throws ThreadLostError when a worker dies or hangs in a unit; the pool remains usable
   * @throws DisposedError, NestedRunError, PoolArgumentError
   */
  run(module: number, name: string, descriptor: number, units: number): void;
  /**
   * Resolves when all threads take part. Jobs may run before.
   * @throws ThreadStartError when a worker cannot be started; the others take part
   * @throws DisposedError
   */
  ready(): Promise<void>;
  /** Terminates the workers. May be called at any time, and again. */
  dispose(): void;
}

type Kernel = (descriptor: number, unit: number, thread: number) => void;

/** Slices of the stall time that are waited out one by one. */
const STALL_SLICES = 8;

/**
 * Starts the workers and returns without waiting for them. They keep no process from exiting. In a page they come from
 * a blob, which its content security policy must allow (`worker-src blob:`); else `ready` rejects and one thread works.
 * @throws PoolArgumentError
 */
export function createPool({ threads: wanted, memory, stallSeconds = 30 }: PoolOptions): Pool {
  requireInteger("threads", wanted, 1, 256);
  if (!(stallSeconds > 0 && stallSeconds < Number.POSITIVE_INFINITY)) {
    throw new PoolArgumentError(`stallSeconds is ${stallSeconds}, needs a positive finite number`);
  }
  const threads = availableThreads(wanted);
  const start = threads > 1 ? threadStarter() : undefined;
  if (start && !(memory.buffer instanceof SharedArrayBuffer)) {
    throw new PoolArgumentError(`memory is not shared, needs \`shared: true\` for ${threads} threads`);
  }
  const crew = start && createCrew(threads, memory, start);
  const modules: Map<string, { readonly index: number; readonly kernel: Kernel }>[] = [];
  let disposed = false;
  let running = false;

  const requireUsable = (): void => {
    if (disposed) throw new DisposedError("the pool has been disposed");
    if (running) throw new NestedRunError("a run of this pool is under way");
  };

  return {
    threads,
    get active() {
      return crew && !disposed && crew.mayShare() ? 1 + crew.joined() : 1;
    },
    addModule(module) {
      requireUsable();
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const names = WebAssembly.Module.exports(module).map(({ name }) => name);
      crew?.post(module);
      return modules.push(new Map(names.map((name, index) => [name, { index, kernel: exports[name] as Kernel }]))) - 1;
    },
    run(module, name, descriptor, units) {
      requireUsable();
      const entry = modules[module]?.get(name);
      if (typeof entry?.kernel !== "function") {
        throw new PoolArgumentError(`module ${module} of ${modules.length} has no kernel "${name}"`);
      }
      requireInteger("descriptor", descriptor, -(2 ** 31), 2 ** 32 - 1);
      requireInteger("units", units, 0, NO_MORE_UNITS - 1);
      running = true;
      try {
        if (units > 1 && crew?.mayShare() && crew.joined() > 0) {
          crew.words[MODULE] = module;
          crew.words[KERNEL] = entry.index;
          runShared(crew, name, entry.kernel, descriptor, units, threads, stallSeconds);
        } else runAlone(name, entry.kernel, descriptor, units);
      } finally {
        running = false;
      }
    },
    async ready() {
      if (disposed) throw new DisposedError("the pool has been disposed");
      await crew?.ready();
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      crew?.dispose();
    },
  };
}

function runAlone(name: string, kernel: Kernel, descriptor: number, units: number): void {
  let unit = 0;
  try {
    for (; unit < units; unit++) kernel(descriptor, unit, 0);
  } catch (cause) {
    throw new KernelError(name, unit, 0, cause);
  }
}

/** The job's module and kernel are in the words already. */
function runShared(
  crew: Crew,
  name: string,
  kernel: Kernel,
  descriptor: number,
  units: number,
  threads: number,
  stallSeconds: number,
): void {
  const { words } = crew;
  words[DESCRIPTOR] = descriptor;
  words[UNITS] = units;
  words[FAILED_THREAD] = 0;
  Atomics.store(words, NEXT, 0);
  Atomics.store(words, OPEN, 1);
  Atomics.add(words, EPOCH, 1);
  if (workersIn(words, threads, ASLEEP).length > 0) Atomics.notify(words, EPOCH, units - 1);

  let failure: KernelError | undefined;
  let unit = 0;
  try {
    for (;;) {
      unit = Atomics.add(words, NEXT, 1);
      if (unit >= units) break;
      kernel(descriptor, unit, 0);
    }
  } catch (cause) {
    Atomics.store(words, NEXT, NO_MORE_UNITS);
    failure = new KernelError(name, unit, 0, cause);
  }

  Atomics.store(words, OPEN, 0);
  const lost = awaitWorkers(words, threads, stallSeconds);
  failure ??= failureOfWorker(words, name);
  if (lost.length > 0) {
    for (const thread of lost) crew.dismiss(thread);
    throw new ThreadLostError(name, lost, stallSeconds, failure);
  }
  if (failure) throw failure;
}

function failureOfWorker(words: Int32Array, name: string): KernelError | undefined {
  const thread = Atomics.load(words, FAILED_THREAD);
  if (thread === 0) return undefined;
  const text = words.subarray(FAILURE_TEXT, FAILURE_TEXT + words[FAILURE_LENGTH]!);
  return new KernelError(name, words[FAILED_UNIT]!, thread, new WebAssembly.RuntimeError(String.fromCharCode(...text)));
}

/** Waits until no worker is busy. Returns the threads that are lost. */
function awaitWorkers(words: Int32Array, threads: number, stallSeconds: number): number[] {
  let busy = workersIn(words, threads, BUSY);
  for (let stalled = 0; busy.length > 0 && stalled < STALL_SLICES; ) {
    const cameBack = awaitChange(words, stateOf(busy[0]!), BUSY, (1000 * stallSeconds) / STALL_SLICES);
    const before = busy.length;
    busy = workersIn(words, threads, BUSY);
    stalled = cameBack || busy.length < before ? 0 : stalled + 1;
  }
  return busy;
}

/** Waits until a word has another value than this one. Returns false when the time passes first. */
function awaitChange(words: Int32Array, index: number, value: number, milliseconds: number): boolean {
  if (spin(words, index, value, SPIN_MILLISECONDS)) return true;
  Atomics.store(words, MAIN_WAITS, 1);
  try {
    Atomics.wait(words, index, value, milliseconds);
  } catch {
    // The main thread of a browser may not sleep.
    spin(words, index, value, milliseconds);
  }
  Atomics.store(words, MAIN_WAITS, 0);
  return Atomics.load(words, index) !== value;
}

function spin(words: Int32Array, index: number, value: number, milliseconds: number): boolean {
  const end = performance.now() + milliseconds;
  do {
    for (let i = 0; i < 64; i++) if (Atomics.load(words, index) !== value) return true;
  } while (performance.now() < end);
  return false;
}

function workersIn(words: Int32Array, threads: number, state: number): number[] {
  const found: number[] = [];
  for (let thread = 1; thread < threads; thread++)
    if (Atomics.load(words, stateOf(thread)) === state) found.push(thread);
  return found;
}

function requireInteger(argument: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new PoolArgumentError(`${argument} is ${value}, needs an integer from ${least} to ${most}`);
  }
}
