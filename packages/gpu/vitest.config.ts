import { mergeConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

// Each worker has a device of its own. A software adapter takes up to a second for a shader, and many on a busy machine.
export default mergeConfig(shared, { test: { maxWorkers: 2, testTimeout: 180_000, hookTimeout: 60_000 } });
