import { InputError, InterruptedError } from "@xattn/runner/errors";
import { CommanderError } from "commander";
import colors from "picocolors";
import { exitCodes } from "./exit-codes.ts";
import { createProgram } from "./program.ts";

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Tells a person what went wrong and returns the exit code for it. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.badInput;
  if (error instanceof InputError) {
    process.stderr.write(`${colors.red("error:")} ${error.message}\n`);
    return exitCodes.badInput;
  }
  if (error instanceof InterruptedError) {
    process.stderr.write(`${error.message}\n`);
    return exitCodes.interrupted;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${colors.red("unexpected error:")} ${text}\n`);
  return exitCodes.unexpected;
}
