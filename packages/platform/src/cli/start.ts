import { readPlatformConfig } from "../config.ts";
import { defineCommand } from "./define-command.ts";

export const start = defineCommand({
  name: "start",
  synopsis: "[--listen HOST:PORT]",
  description: "Serve until Ctrl-C. Everything is kept below DIR.",
  options: { listen: { type: "string" } },
  run: async (config, { listen }) => {
    const { host, port } = listen === undefined ? config : readPlatformConfig({ PLATFORM_LISTEN: listen });
    // The server's libraries take longer to load than most commands take to run.
    const { serve } = await import("./serve.ts");
    await serve({ ...config, host, port });
  },
});
