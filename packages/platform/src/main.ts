import { commands } from "./cli/commands.ts";
import { usage } from "./cli/usage.ts";
import { UserError } from "./user-error.ts";
import { version } from "./version.ts";

async function main(args: readonly string[]): Promise<void> {
  const [first, second] = args;
  if (first === "--help" || first === "-h") return void process.stdout.write(usage());
  if (first === "--version") return void process.stdout.write(`platform ${version}\n`);
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`);
  if (command !== undefined) return await command.run(args.slice(command.name.split(" ").length));
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && (second === "--help" || second === "-h")) return void process.stdout.write(usage(group));
  throw new UserError(
    `${first === undefined ? "no command given" : `unknown command ${args.join(" ")}`}. See platform --help.`,
  );
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`platform: ${error.message}\n`);
  process.exitCode = 1;
}
