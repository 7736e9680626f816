import { fours, lanes, threads } from "../plan/tile.ts";
import type { RunTables } from "../wgsl/attention.ts";
import { type Binding, declare, sizesBinding, tablesBinding } from "../wgsl/bindings.ts";
import type { Shader } from "../wgsl/pipelines.ts";
import { floor, keyRows, scoreFunctions } from "../wgsl/score.ts";
import { sizesStruct } from "../wgsl/sizes.ts";
import { arrayType, readFours } from "../wgsl/storage.ts";
import { type GradientCode, tileColumns, tileRows } from "./code.ts";

/** Fours of a width that a workgroup has in its memory, and sums up, at a time. */
export const blockFours = 16;

export const gradientBlocks = (width: number) => Math.ceil(fours(width) / blockFours);

export function gradientBindings({ d, e, bias, tables }: GradientCode): readonly Binding[] {
  const read = (name: string, width: number): Binding => ({ name, kind: "read", type: arrayType("float32", width) });
  return [
    sizesBinding,
    read("query", d),
    read("key", d),
    read("value", e),
    ...(bias ? [read("bias", 1)] : []),
    ...(tables ? [tablesBinding] : []),
    read("outputGradient", e),
    { name: "facts", kind: "read", type: "array<vec2f>" },
    { name: "gradients", kind: "write", type: "array<vec4f>" },
  ];
}

/** WGSL that reads all tensors, and `weightsAt`: the weight p and p·(dP − D) with the logit's slope beside it. */
export function gradientFunctions(code: GradientCode): string {
  return `const FLOOR = ${floor};
${scoreFunctions(code)}
${readFours("value", "float32", code.e)}
${keyRows("value", false)}
${readFours("outputGradient", "float32", code.e)}
fn weightsAt(product: f32, valueProduct: f32, fact: vec2f, batch: u32, head: u32, query: u32, key: u32) -> vec3f {
  let logit = logitAndSlope(product, batch, head, query, key);
  let weight = select(exp(logit.x - fact.x), 0.0, logit.x <= FLOOR);
  return select(vec3f(weight, weight * (valueProduct - fact.y), logit.y), vec3f(), vec3<bool>(weight == 0.0));
}`;
}

type Side = "query" | "key";

/**
 * Gradients by queries (rows are queries, columns keys), or by keys and values (rows are keys, columns the queries of
 * every head that reads them), the weights formed again from the log-sum-exp (Dao 2023, algorithm 2). Rows are written
 * in fours; those of keys have their value's behind them. Workgroups: x tiles of rows; y batch entries by heads of the
 * rows; z blocks of 64 columns of the gradients.
 */
export function gradientShader(code: GradientCode, side: Side): Shader {
  const { d, e, condition, title } = code;
  const ofQuery = side === "query";
  const runs = ofQuery ? code.runsOfQueries : code.runsOfKeys;
  const bindings = gradientBindings(code);
  const rows = range(tileRows / lanes);
  const [left, right] = [0, 1];
  const step = blockFours + 1;
  const widths = ofQuery
    ? [{ name: "query", width: d }]
    : [
        { name: "key", width: d },
        { name: "value", width: e },
      ];
  const columnsOf = (width: number) => range(Math.ceil(Math.min(blockFours, fours(width)) / lanes));
  const [row, column] = ofQuery ? ["query", "key"] : ["key", "query"];
  const stage = (tile: string, lines: number, read: string, width: number) => {
    const place = `slice * ${blockFours}u + at % ${blockFours}u`;
    return `        for (var at = thread; at < ${lines * blockFours}u; at += ${threads}u) {
          var four = vec4f();
          if (${place} < ${fours(width)}u) {
            four = ${read}, ${place});
          }
          ${tile}[(at / ${blockFours}u) * ${step}u + at % ${blockFours}u] = four;
        }`;
  };
  const line = (first: string) => `${first} + at / ${blockFours}u`;
  const queryAt = (first: string) => `queryFours(queryRow, ${line(first)}`;
  const gradientAt = (first: string) => `outputGradientFours(queryRow, ${line(first)}`;
  const keyAt = (first: string) => `keyRowAt(batch, keyHead, ${line(first)}`;
  const valueAt = (first: string) => `valueRowAt(batch, keyHead, ${line(first)}`;
  const products = (sum: string, width: number, ofRow: string, ofColumn: string) => `
      for (var slice = 0u; slice < ${gradientBlocks(width)}u; slice += 1u) {
        workgroupBarrier();
${stage("rowTile", tileRows, ofRow, width)}
${stage("columnTile", tileColumns, ofColumn, width)}
        workgroupBarrier();
        for (var four = 0u; four < ${Math.min(blockFours, fours(width))}u; four += 1u) {
          let left = columnTile[columnLane * ${step}u + four];
          let right = columnTile[(columnLane + ${lanes}u) * ${step}u + four];
${rows.map((r) => `          let line${r} = rowTile[(rowLane + ${lanes * r}u) * ${step}u + four];\n          ${sum}${r}_${left} += dot(line${r}, left);\n          ${sum}${r}_${right} += dot(line${r}, right);`).join("\n")}
        }
      }`;
  const sums = (name: string, width: number, part: "x" | "y", ofColumn: string) => {
    const columns = columnsOf(width);
    const add = (skip: boolean) => `        for (var column = 0u; column < ${tileColumns}u; column += 1u) {
${columns.map((c) => `          let v${c} = columnTile[column * ${step}u + columnLane + ${lanes * c}u];`).join("\n")}
${rows
  .map((r) => {
    const plus = columns.map((c) => `${name}Sum${r}_${c} += w${r} * v${c};`).join(" ");
    return `          let w${r} = rowTile[(rowLane + ${lanes * r}u) * ${step}u + column].${part};
          ${skip ? `if (w${r} != 0.0) { ${plus} }` : plus}`;
  })
  .join("\n")}
        }`;
    return `
      workgroupBarrier();
      if (thread == 0u) {
        atomicStore(&strange, 0u);
      }
      workgroupBarrier();
      for (var at = thread; at < ${tileColumns * blockFours}u; at += ${threads}u) {
        let place = place.z * ${blockFours}u + at % ${blockFours}u;
        var four = vec4f();
        if (place < ${fours(width)}u) {
          four = ${ofColumn}, place);
        }
        columnTile[(at / ${blockFours}u) * ${step}u + at % ${blockFours}u] = four;
        if (any((bitcast<vec4u>(four) & vec4u(0x7f800000u)) == vec4u(0x7f800000u))) {
          atomicStore(&strange, 1u);
        }
      }
      workgroupBarrier();
      if (atomicLoad(&strange) == 0u) {
${add(false)}
      } else {
${add(true)}
      }`;
  };
  const results = widths
    .flatMap(({ name, width }, part) =>
      rows.flatMap((r) =>
        columnsOf(width).map((c) => {
          const four = `place.z * ${blockFours}u + columnLane + ${lanes * c}u`;
          const base = ofQuery
            ? `(queryRow + firstRow + rowLane + ${lanes * r}u) * ${fours(d)}u`
            : `((batch * sizes.keyHeads + keyHead) * sizes.keys + firstRow + rowLane + ${lanes * r}u) * ${fours(d) + fours(e)}u${part === 1 ? ` + ${fours(d)}u` : ""}`;
          const value = name === "value" ? `valueSum${r}_${c}` : `${name}Sum${r}_${c} * sizes.scale`;
          return `  if (firstRow + rowLane + ${lanes * r}u < sizes.${ofQuery ? "queries" : "keys"} && ${four} < ${fours(width)}u) {
    gradients[${base} + ${four}] = ${value};
  }`;
        }),
      ),
    )
    .join("\n");
  const text = `// gradients by ${ofQuery ? "queries" : "keys and values"}
${sizesStruct}
${declare(bindings)}
var<workgroup> rowTile: array<vec4f, ${tileRows * step}>;
var<workgroup> columnTile: array<vec4f, ${tileColumns * step}>;
var<workgroup> strange: atomic<u32>;
${gradientFunctions(code)}
fn queryFours(queryRow: u32, query: u32, four: u32) -> vec4f {
  if (query >= sizes.queries) {
    return vec4f();
  }
  return queryAt(queryRow + query, four);
}
fn outputGradientFours(queryRow: u32, query: u32, four: u32) -> vec4f {
  if (query >= sizes.queries) {
    return vec4f();
  }
  return outputGradientAt(queryRow + query, four);
}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) thread: u32) {
  let rowLane = thread / ${lanes}u;
  let columnLane = thread % ${lanes}u;
  let firstRow = place.x * ${tileRows}u;
  let group = sizes.heads / sizes.keyHeads;
${
  ofQuery
    ? `  let batch = place.y / sizes.heads;
  let firstHead = place.y % sizes.heads;
  let keyHead = firstHead / group;
  let lastHead = firstHead + 1u;`
    : `  let batch = place.y / sizes.keyHeads;
  let keyHead = place.y % sizes.keyHeads;
  let firstHead = keyHead * group;
  let lastHead = firstHead + group;`
}
${widths.flatMap(({ name, width }) => rows.flatMap((r) => columnsOf(width).map((c) => `  var ${name}Sum${r}_${c} = vec4f();`))).join("\n")}
  for (var head = firstHead; head < lastHead; head += 1u) {
    let queryRow = (batch * sizes.heads + head) * sizes.queries;
${openTiles(runs, `sizes.${ofQuery ? "keys" : "queries"}`)}
      let firstColumn = tile * ${tileColumns}u;
${rows.map((r) => [left, right].map((c) => `      var product${r}_${c} = 0.0;\n      var valueProduct${r}_${c} = 0.0;`).join("\n")).join("\n")}
${ofQuery ? products("product", d, queryAt("firstRow"), keyAt("firstColumn")) : products("product", d, keyAt("firstRow"), queryAt("firstColumn"))}
${ofQuery ? products("valueProduct", e, gradientAt("firstRow"), valueAt("firstColumn")) : products("valueProduct", e, valueAt("firstRow"), gradientAt("firstColumn"))}
      workgroupBarrier();
${rows.map((r) => [left, right].map((c) => `      rowTile[(rowLane + ${lanes * r}u) * ${step}u + columnLane + ${lanes * c}u] = vec4f(product${r}_${c}, valueProduct${r}_${c}, 0.0, 0.0);`).join("\n")).join("\n")}
      for (var at = 0u; at < ${(tileRows / lanes) * 2}u; at += 1u) {
        let cell = (rowLane + ${lanes}u * (at / 2u)) * ${step}u + columnLane + ${lanes}u * (at % 2u);
        let ${row} = firstRow + rowLane + ${lanes}u * (at / 2u);
        let ${column} = firstColumn + columnLane + ${lanes}u * (at % 2u);
        let products = rowTile[cell];
        var weights = vec3f();
        if (query < sizes.queries && key < sizes.keys${condition === undefined ? "" : " && (!isPartial || isAllowed(batch, head, query, key))"}) {
          weights = weightsAt(products.x, products.y, facts[queryRow + query], batch, head, query, key);
        }
        rowTile[cell] = vec4f(weights.x, weights.y * weights.z, 0.0, 0.0);
      }
${ofQuery ? sums("query", d, "y", keyAt("firstColumn")) : `${sums("key", d, "y", queryAt("firstColumn"))}\n${sums("value", e, "x", gradientAt("firstColumn"))}`}
${runs ? "    }\n" : ""}    }
  }
${ofQuery ? "  let queryRow = (batch * sizes.heads + firstHead) * sizes.queries;" : ""}
${results}
}
`;
  return {
    code: text.replace(/\n(?:\s*\n)+/g, "\n"),
    bindings: bindings.map(({ kind }) => kind),
    title: `${title}, by ${ofQuery ? "queries" : "keys and values"}`,
  };
}

/** The loop over tiles of columns: all of them, or the runs that a mask leaves. */
function openTiles(runs: RunTables | undefined, columns: string): string {
  if (!runs) return `    for (var tile = 0u; tile * ${tileColumns}u < ${columns}; tile += 1u) {`;
  return `    let map = (batch + sizes.firstBatch) * ${runs.steps("0u")} + (head + sizes.firstHead) * ${runs.steps("1u")};
    let mapRow = map * ${runs.steps("2u")} + place.x;
    let lastRun = ${runs.starts("mapRow + 1u")};
    for (var run = ${runs.starts("mapRow")}; run < lastRun; run += 1u) {
    let isPartial = ${runs.runs("3u * run + 2u")} != 0u;
    let lastTile = ${runs.runs("3u * run + 1u")};
    for (var tile = ${runs.runs("3u * run")}; tile < lastTile; tile += 1u) {`;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
