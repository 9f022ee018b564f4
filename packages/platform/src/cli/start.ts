import { readPlatformConfig } from "../config.ts";
import { defineCommand } from "./define-command.ts";

export const start = defineCommand({
  name: "start",
  synopsis: "[--listen HOST:PORT] [--trust-repositories]",
  description:
    "Serve until Ctrl-C. Everything is kept below DIR. Steps of pipelines run on this machine as you: beyond 127.0.0.1 it\nlistens only with --trust-repositories.",
  options: { listen: { type: "string" }, "trust-repositories": { type: "boolean" } },
  run: async (config, { listen, "trust-repositories": isTrusting = config.trustRepositories }) => {
    const { host, port } = listen === undefined ? config : readPlatformConfig({ PLATFORM_LISTEN: listen });
    // The server's libraries take longer to load than most commands take to run.
    const { serve } = await import("./serve.ts");
    await serve({ ...config, host, port, trustRepositories: isTrusting });
  },
});
