import type { Command } from "commander";

/** What may follow on a command line, read off the program itself. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly { readonly flag: string; readonly description: string }[];
  /** What its first argument can be: an experiment, one of some words, or anything. */
  readonly first: "experiment" | "any" | readonly string[];
}

export function commandWords(program: Command): readonly CommandWords[] {
  return program.commands.map((command) => {
    const [argument] = command.registeredArguments;
    const takesExperiment = argument?.name().includes("experiment") || argument?.name().includes("run");
    return {
      name: command.name(),
      description: command.description(),
      options: command.options.flatMap(({ long, description }) => (long ? [{ flag: long, description }] : [])),
      first: argument?.argChoices ?? (takesExperiment ? "experiment" : "any"),
    };
  });
}
