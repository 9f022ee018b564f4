import { createClient, projects, readConfig } from "../index.ts";

/** A program as small as a server can be: one call with the configuration of the environment, then the client is closed. */
const client = createClient({ config: readConfig(process.env), product: "call-once/1", timeouts: { deadline: 0 } });
try {
  const { total } = await client.call(projects.listProjects, {});
  process.stdout.write(`total ${total}\n`);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
}
await client.close();
await client.close();
