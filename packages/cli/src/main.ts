import { InputError, InterruptedError } from "@xattn/runner/errors";
import { CommanderError } from "commander";
import colors from "picocolors";
import { exitCodes } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

// `exp run … | head` closes the pipe when it has enough: no error of ours, and no reason to cut a run short.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = await explain(error);
}

/** Tells a person what went wrong, without passwords and the like, and returns the exit code for it. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.badInput;
  const { redactor } = await import("@xattn/runner");
  const redact = redactor(process.env);
  if (error instanceof InputError) {
    process.stderr.write(`${colors.red("error:")} ${redact(error.message)}\n`);
    return exitCodes.badInput;
  }
  if (error instanceof InterruptedError) {
    process.stderr.write(`${redact(error.message)}\n`);
    return exitCodes.interrupted;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${colors.red("unexpected error:")} ${redact(text)}\n`);
  return exitCodes.unexpected;
}
