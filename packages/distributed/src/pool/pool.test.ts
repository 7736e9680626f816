import { type Job, jobs } from "@xattn/runner";
import { range } from "@xattn/runner/define";
import { expect, test } from "vitest";
import { experimentOf, localOf } from "../../fixtures/setting.ts";
import { JobPool } from "./pool.ts";

async function setting(overrides: Readonly<Record<string, readonly (string | number)[]>>) {
  const experiment = await experimentOf("sweep", overrides);
  const pool = new JobPool(
    (events) => localOf(experiment, 1, events),
    () => {},
  );
  const [job] = [...jobs(experiment, new Set())] as [Job];
  const parts = job.cells.map((cell): Job => ({ ...job, id: cell.hash.slice(0, 16), cells: [cell] }));
  return { pool, parts };
}

test("jobs that come one by one, with pauses or at once, all get their outcomes", async () => {
  const { pool, parts } = await setting({ n: [1], k: range(0, 5) });
  const seen: string[] = [];
  const run = (job: Job) => pool.run(job, (outcomes) => seen.push(...outcomes.map(({ cell }) => cell)));
  await run(parts[0]!);
  await run(parts[1]!);
  await Promise.all(parts.slice(2).map(run));
  expect(seen.sort()).toEqual(parts.flatMap(({ cells }) => cells.map(({ hash }) => hash)).sort());
  expect(pool.busy).toBe(0);
  await pool.close();
});

test("a job that comes twice is answered twice", async () => {
  const { pool, parts } = await setting({ n: [1], k: [1], action: ["wait"] });
  let answers = 0;
  const run = () => pool.run(parts[0]!, () => (answers += 1));
  await Promise.all([run(), run()]);
  expect(answers).toBe(2);
  await pool.close();
});

test("retiring finishes what has begun and gives back the rest; closing gives back all", async () => {
  const { pool, parts } = await setting({ n: [1], k: range(0, 4), action: ["wait"] });
  let answers = 0;
  const runs = parts.map((job) =>
    pool
      .run(job, () => (answers += 1))
      .then(
        () => "done",
        (error: Error) => error.name,
      ),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await pool.retire();
  const endings = await Promise.all(runs);
  expect(endings[0]).toBe("done");
  expect(endings.filter((ending) => ending === "done")).toHaveLength(answers);
  expect(endings.at(-1)).toBe("GivenBackError");
  await expect(pool.run(parts[0]!, () => {})).rejects.toThrow("the worker is leaving");

  const other = await setting({ n: [1], k: [1], action: ["wait"] });
  const run = other.pool.run(other.parts[0]!, () => {});
  await Promise.all([other.pool.close(), expect(run).rejects.toThrow("the worker is leaving")]);
});

test("an executor that fails fails the jobs that it has", async () => {
  const experiment = await experimentOf("sweep", { n: [1], k: [1] });
  const pool = new JobPool(
    (events) => localOf({ ...experiment, name: "not-there" }, 1, events),
    () => {},
  );
  const [job] = [...jobs(experiment, new Set())] as [Job];
  await expect(pool.run(job, () => {})).rejects.toThrow(/cannot load the spec/);
  await pool.close();
});
