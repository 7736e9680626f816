/** What a child process of the tests leaves at work on a device when it ends; its argument says how it ends. */
import { openAny } from "./any-adapter.ts";
import { gaussian } from "./problems.ts";

const way = process.argv[2];
const gpu = await openAny();
const problem = gaussian(64, 128, 16);
if (way !== "cold") await gpu.attention(problem);
console.log("at work");
for (let call = 0; call < 4; call += 1) gpu.attention(problem).catch(() => {});
// Long enough for the calls to have been sent, and too short for them to be done.
await new Promise((resolve) => setTimeout(resolve, 2));
if (way === "throw") throw new Error("thrown on purpose");
if (way === "exit") process.exit(5);
if (way === "dispose") await gpu.dispose();
