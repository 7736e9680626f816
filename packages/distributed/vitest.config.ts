import { mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

/** Tests here wait for locks to run out and for queues, so some of them at once still leave a core free. */
export default mergeConfig(shared, { test: { maxWorkers: 4, testTimeout: 120_000 } });
