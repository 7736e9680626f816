/**
 * How many keys the outermost object of a valid JSON text has, a repeated one counted each time: `JSON.parse` keeps
 * only the last, and the format forbids repetition.
 */
export function countOuterKeys(json: string): number {
  let depth = 0;
  let keys = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      at = endOfString(json, at);
    } else if (character === "{" || character === "[") {
      depth += 1;
    } else if (character === "}" || character === "]") {
      depth -= 1;
    } else if (character === ":" && depth === 1) {
      keys += 1;
    }
  }
  return keys;
}

function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    if (json[at] === "\\") at += 1;
    else if (json[at] === '"') return at;
  }
  return json.length;
}
