import { parseArgs } from "node:util";
import { generate, generatedFiles, staleFiles } from "./lib/docs/generated-files.ts";

const help = `Writes from what they describe: ${generatedFiles.join(", ")}.

  pnpm docs:generate [--check] [--help]

  --check  write nothing, and fail when a file is not what would be written
`;

const options = { check: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;

function readFlags() {
  try {
    return parseArgs({ options, allowPositionals: false }).values;
  } catch (error) {
    process.stderr.write(`docs: ${error instanceof Error ? error.message : error}. See --help.\n`);
    process.exit(64);
  }
}

const flags = readFlags();
if (flags.help) {
  process.stdout.write(help);
} else if (!flags.check) {
  await generate();
  process.stdout.write(`wrote ${generatedFiles.join(", ")}\n`);
} else {
  const stale = await staleFiles();
  if (stale.length > 0) {
    process.stderr.write(`docs: stale: ${stale.join(", ")}. Run pnpm docs:generate\n`);
    process.exitCode = 1;
  }
}
