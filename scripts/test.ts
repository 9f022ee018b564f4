import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { build } from "./lib/build/build.ts";

const usage = `test: types, lint, and every test

  npx --yes pnpm@12.21.0 test [FILTER ...]
  npx --yes pnpm@12.21.0 test:long [FILTER ...]
  npx --yes pnpm@12.21.0 test:chaos [FILTER ...]

  FILTER  run only the test files whose path holds it, and skip types and lint
  test:long runs what takes minutes: a busy platform's backups, many processes one after the other.
  test:chaos runs the fault loops alone, with their full counts (CHAOS_ROUNDS, default 50).
  CHAOS_SEED repeats a run whose seed was printed.
`;

const { values, positionals } = parseArgs({
  options: {
    chaos: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
  allowPositionals: true,
});

/** Runs a program of the workspace to its end; its exit code. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program, args, { stdio: "inherit", env });
  child.once("error", reject);
  child.once("exit", (code) => resolve(code ?? 1));
  return promise;
}

async function step(name: string, work: () => Promise<number>): Promise<void> {
  process.stdout.write(`\n== ${name}\n`);
  const code = await work();
  if (code === 0) return;
  process.stdout.write(`\n${name} failed\n`);
  process.exit(code);
}

if (values.help) {
  process.stdout.write(usage);
} else if (values.chaos) {
  const rounds = { ...process.env, CHAOS_ROUNDS: process.env.CHAOS_ROUNDS || "50" };
  // One file at a time: a fault loop measures recovery, which must not wait for another loop's processor.
  const args = [
    "run",
    "--no-file-parallelism",
    "--testTimeout=1800000",
    ...(positionals.length > 0 ? positionals : ["chaos"]),
  ];
  await step(`fault loops, ${rounds.CHAOS_ROUNDS} rounds`, () => run("vitest", args, rounds));
} else if (values.long) {
  const args = ["run", ...(positionals.length > 0 ? positionals : [".long.test.ts"])];
  await step("long tests", () => run("vitest", args, { ...process.env, LONG_TESTS: "1" }));
} else {
  if (positionals.length === 0) {
    await step("types", () => run("tsc", ["--project", "tsconfig.json"]));
    await step("format and lint", () => run("biome", ["check", "--error-on-warnings", "."]));
  }
  await step("bundles", async () => {
    await build({ onProgress: (line) => process.stdout.write(`${line}\n`) });
    return 0;
  });
  await step("tests", () => run("vitest", ["run", ...positionals]));
}
