import { relative } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./lib/build/build.ts";

const help = `Bundles the servers and the runner, one file each, into dist/. Does nothing when they are up to date.

  pnpm build [--help]
`;

function showHelp(): boolean {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } }, allowPositionals: false });
    return values.help === true;
  } catch (error) {
    process.stderr.write(`build: ${error instanceof Error ? error.message : error}. See --help.\n`);
    process.exit(64);
  }
}

async function run(): Promise<void> {
  const { outDir, files, rebuilt } = await build({ onProgress: (line) => process.stderr.write(`${line}\n`) });
  for (const [path, bytes] of Object.entries(files).filter(([path]) => !path.endsWith(".map"))) {
    process.stdout.write(`${(bytes / 1024).toFixed(0).padStart(7)} KB  ${relative(".", outDir)}/${path}\n`);
  }
  process.stdout.write(rebuilt ? "built\n" : "up to date\n");
}

if (showHelp()) {
  process.stdout.write(help);
} else {
  await run().catch((error: unknown) => {
    process.stderr.write(`build: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
