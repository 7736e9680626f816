import { quote } from "./quote.ts";
import type { CommandWords } from "./words.ts";

/** @param folder where experiments are: their names are looked up when a key is pressed */
export function zshCompletion(commands: readonly CommandWords[], folder: string): string {
  const described = commands.map(({ name, description }) => `    ${quote(`${name}:${description}`)}`);
  const options = commands.map(({ name, options: list }) => {
    const flags = list.map(({ flag, description }) => quote(`${flag}:${description}`)).join(" ");
    return `      ${name}) found=(${flags} '--help:show help') ;;`;
  });
  const firsts = commands.flatMap(({ name, first }) => {
    if (first === "any") return [];
    const words = first === "experiment" ? `${quote(folder)}/*.ts(N:t:r)` : first.map(quote).join(" ");
    return [`      ${name}) found=(${words}) ;;`];
  });
  return `#compdef exp
_exp() {
  local -a found commands
  local command="\${words[2]}"
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if [[ "\${PREFIX}" == -* ]]; then
    case "$command" in
${options.join("\n")}
    esac
    _describe option found
  else
    case "$command" in
${firsts.join("\n")}
    esac
    (( \${#found} )) && compadd -a found || _files
  fi
}
compdef _exp exp
`;
}
