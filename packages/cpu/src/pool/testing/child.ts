/** What a child process of the tests does with a pool, by its argument; it prints "done" where it should come to an end. */
import { isMainThread, parentPort, threadId, Worker, workerData } from "node:worker_threads";
import { ThreadLostError } from "../errors.ts";
import { FLAG } from "./kernels.ts";
import { marks, setup } from "./setup.ts";

const check = (holds: boolean): void => {
  if (!holds) throw new Error("the pool is wrong");
};

const useful = async (): Promise<void> => {
  const { pool, results } = setup({ threads: 3 });
  check(results("mark", 100).join() === marks(100).join());
  await pool.ready();
  check(pool.active === 3);
  check(results("mark", 100).join() === marks(100).join());
};

const lose = async (): Promise<void> => {
  const { pool, hang } = setup({ threads: 3, stallSeconds: 0.1 });
  await pool.ready();
  try {
    hang([1, 2]);
    check(false);
  } catch (error) {
    check(error instanceof ThreadLostError);
  }
};

const scenarios: Record<string, () => void | Promise<void>> = {
  useful,
  starting: () => void setup({ threads: 3 }),
  exitWithSleepers: async () => {
    await useful();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.exitCode = 5;
    console.log("done");
    process.exit();
  },
  lost: lose,
  exitAfterLoss: async () => {
    await lose();
    console.log("done");
    process.exit(5);
  },
  inWorkerThread: async () => {
    const code = await new Promise((resolve) => start("useful").on("exit", resolve));
    check(code === 0);
  },
  exitMidRun: () => {
    start("hangForever").on("message", (words: Int32Array) => {
      setInterval(() => {
        if (words[FLAG.arrived / 4] !== 2) return;
        console.log("done");
        process.exit(5);
      }, 5);
    });
  },
  terminateMidRun: () => {
    const worker = start("hangForever").on("message", (words: Int32Array) => {
      const timer = setInterval(() => {
        if (words[FLAG.arrived / 4] !== 2) return;
        clearInterval(timer);
        void worker.terminate();
      }, 5);
    });
  },
  hangForever: async () => {
    const { pool, words, hang } = setup({ threads: 3, stallSeconds: 1000 });
    await pool.ready();
    parentPort?.postMessage(words);
    hang([1, 2]);
  },
  throwing: async () => {
    await useful();
    console.log("done");
    throw new Error("on purpose");
  },
};

const start = (scenario: string): Worker => new Worker(new URL(import.meta.url), { workerData: scenario });

await scenarios[isMainThread ? process.argv[2]! : workerData]!();
if (threadId === 0) console.log("done");
