/**
 * A program for tests: a platform as the environment configures it, whose claims on steps last as many milliseconds as its
 * first argument says. Prints its URL once it serves; closes when its stdin ends.
 */
import { once } from "node:events";
import { pino } from "pino";
import { readPlatformConfig } from "../../config.ts";
import { startPlatform } from "../../platform.ts";

const config = readPlatformConfig(process.env);
const platform = await startPlatform(config, pino({ level: config.logLevel }, pino.destination(2)), {
  lease: Number(process.argv[2]),
});
process.stdout.write(`${platform.url}\n`);
process.stdin.resume();
await once(process.stdin, "end");
await platform.close();
