const LONGEST = 8;

/** A short text for any value, for messages: long lists are cut and say how long they are. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, LONGEST).map(describe).join(", ");
    return value.length > LONGEST ? `[${shown}, …] (${value.length} entries)` : `[${shown}]`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).slice(0, LONGEST);
    return `{ ${fields.map(([name, field]) => `${name}: ${Array.isArray(field) ? "[…]" : briefly(field)}`).join(", ")} }`;
  }
  return String(value);
}

function briefly(value: unknown): string {
  return typeof value === "object" && value !== null ? "{…}" : describe(value);
}
