import type { Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { commandWords } from "../completion/words.ts";
import { zshCompletion } from "../completion/zsh.ts";
import { experimentsFolder } from "../workspace/paths.ts";

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `exp completion`: a script for a shell, on the standard output. */
export function completion(shell: keyof typeof scripts, program: Command): void {
  process.stdout.write(scripts[shell](commandWords(program), experimentsFolder));
}
