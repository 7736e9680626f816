/**
 * A function of plain data that keeps its last `limit` results, since cells that differ in one axis ask for the same
 * ones again. The key is the JSON of the argument.
 */
export function remember<Argument, Result>(
  limit: number,
  compute: (argument: Argument) => Result,
): (argument: Argument) => Result {
  const kept = new Map<string, Result>();
  return (argument) => {
    const key = JSON.stringify(argument);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const result = compute(argument);
    if (kept.size === limit) kept.delete(kept.keys().next().value!);
    kept.set(key, result);
    return result;
  };
}
