import { quote } from "./quote.ts";
import type { CommandWords } from "./words.ts";

/** @param folder where experiments are: their names are looked up when a key is pressed */
export function bashCompletion(commands: readonly CommandWords[], folder: string): string {
  const names = commands.map(({ name }) => name).join(" ");
  const options = commands.map(
    ({ name, options: list }) => `      ${name}) words="${list.map(({ flag }) => flag).join(" ")} --help" ;;`,
  );
  const firsts = commands.flatMap(({ name, first }) => {
    if (first === "any") return [];
    return [`      ${name}) words="${first === "experiment" ? "$(_exp_experiments)" : first.join(" ")}" ;;`];
  });
  return `_exp_experiments() {
  local file
  for file in ${quote(folder)}/*.ts; do basename "$file" .ts; done 2>/dev/null
}
_exp() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${names} help"
  elif [[ "$current" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${options.join("\n")}
    esac
  else
    case "\${COMP_WORDS[1]}" in
${firsts.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _exp exp
`;
}
