import { writeFileSync } from "node:fs";
import { encodeRecords, fixtureFile } from "../record/fixture.ts";
import { reproductionError } from "../record/reproduction.ts";
import { traceAll } from "./trace-all.ts";
import { tracedError } from "./traced.ts";

const traced = await traceAll();
for (const trace of traced) {
  const { encoder, layer, input, query } = trace.record;
  console.log(
    `${encoder} ${layer} "${input}" [${query.shape.join(", ")}]: ` +
      `softmax to ${reproductionError(trace.record).toExponential(1)} from its queries and keys, ` +
      `to ${tracedError(trace).toExponential(1)} from its weights`,
  );
}
const bytes = encodeRecords(traced.map(({ record }) => record));
writeFileSync(fixtureFile, bytes);
console.log(`${fixtureFile}: ${bytes.length} bytes`);
