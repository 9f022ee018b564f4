import { parseArgs } from "node:util";
import { generate, isCurrent, toolsFile } from "./lib/docs/tools-file.ts";

const help = `Writes ${toolsFile} from the servers' own definitions.

  pnpm docs:generate [--check] [--help]

  --check  write nothing, and fail when the file is not what would be written
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
  process.stdout.write(`wrote ${toolsFile}\n`);
} else if (!(await isCurrent())) {
  process.stderr.write(`docs: ${toolsFile} is stale: run pnpm docs:generate\n`);
  process.exitCode = 1;
}
