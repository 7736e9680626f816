import { quote } from "./quote.ts";
import type { CommandWords } from "./words.ts";

/** @param folder where experiments are: their names are looked up when a key is pressed */
export function fishCompletion(commands: readonly CommandWords[], folder: string): string {
  const lines = commands.flatMap(({ name, description, options, first }) => {
    const within = `-n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
    const words =
      first === "experiment" ? "(__exp_experiments)" : typeof first === "string" ? undefined : first.join(" ");
    return [
      `complete -c exp -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`,
      ...options.map(
        ({ flag, description: text }) => `complete -c exp ${within} -l ${flag.slice(2)} -d ${quote(text)}`,
      ),
      ...(words === undefined ? [] : [`complete -c exp ${within} -f -a ${quote(words)}`]),
    ];
  });
  return `function __exp_experiments
  for file in ${quote(folder)}/*.ts
    basename $file .ts
  end
end
${lines.join("\n")}
`;
}
