import { readPlatformConfig, stopPlatform, UserError } from "@platform-mcp/platform";

try {
  const { dataDirectory } = readPlatformConfig(process.env);
  const stopped = await stopPlatform(dataDirectory);
  process.stdout.write(stopped ? "stopped\n" : `nothing runs on ${dataDirectory}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`stop: ${error.message}\n`);
  process.exitCode = 1;
}
