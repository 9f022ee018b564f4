import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createLogger, openStore, readPlatformConfig } from "@platform-mcp/platform";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { isOtherwise, shellBlocks } from "../../scripts/lib/docs/commands.ts";
import { readDocumentation } from "../../scripts/lib/docs/documents.ts";
import { withExampleRepository } from "../../scripts/lib/start/example-repository.ts";
import { Reader } from "./reader.ts";

const run = promisify(execFile);
/** The commands use `--json`, which curl has had since 7.82. */
const hasCurl = await run("curl", ["--help", "all"]).then(
  ({ stdout }) => stdout.includes("--json"),
  () => false,
);

/** What a document's commands print when they do what it says. */
const printed: Readonly<Record<string, readonly RegExp[]>> = {
  "docs/administration.md": [
    /"permission":"secret:read","sources":\[\{"kind":"delegation","name":"admin"/,
    /"permission":"deploy:read","sources":\[\{"kind":"role","name":"release-reader"/,
    /"total":1\}/,
    /"key":"preview_ttl_hours","value":48,/,
    /"action":"DELETE \/api\/admin\/delegations\/\{delegation_id\}"/,
  ],
  "docs/deployments.md": [
    /"url": ?"http:\/\/production\.hello-web\.localhost:\d+\/"/,
    /"url": ?"http:\/\/warmer-welcome\.hello-web\.localhost:\d+\/"/,
    /listening on/,
    /"action": ?"rollback"/,
  ],
  "docs/observability.md": [
    /"service":"deployment production","level":"info","message":"[^"]*listening on/,
    /"root_span":"pipeline"/,
    /"name":"step test"/,
    /"name":"platform\.pipeline\.duration"/,
    /"service":"billing","level":"error","message":"the invoice is missing"/,
  ],
};

const { documents } = await readDocumentation();
const entered = (text: string) => shellBlocks(text).filter((block) => !isOtherwise(block));
const [readme, ...others] = [...documents]
  .map(([path, text]) => ({ path, blocks: entered(text) }))
  .filter(({ blocks }) => blocks.length > 0)
  .toSorted(({ path: a }, { path: b }) => Number(b === "README.md") - Number(a === "README.md"));

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.create();
  await withExampleRepository(async (path) => {
    await mkdir(join(reader.home, "src"));
    await run("git", ["clone", "--quiet", path, join(reader.home, "src", "my-project")]);
  });
}, 120_000);
afterAll(() => reader?.[Symbol.asyncDispose]());

/** Waits until everything that was asked for has come about. */
async function settled(): Promise<void> {
  const config = readPlatformConfig({ PLATFORM_DATA: reader.dataDirectory });
  const store = await openStore(config, { mode: "guest", logger: createLogger("silent", 2) });
  try {
    await vi.waitFor(
      async () => {
        const { db } = store;
        const unlooked = db.selectFrom("ref_updates").where("processed_at", "is", null).select("id");
        const pipelines = db.selectFrom("pipelines").where("deploy_checked_at", "is", null).select("id");
        const busy = db
          .selectFrom("workloads")
          .where((eb) =>
            eb.or([eb("current_status", "not in", ["healthy", "stopped"]), eb("removal_reason", "is not", null)]),
          )
          .select("id");
        expect(await Promise.all([unlooked.execute(), pipelines.execute(), busy.execute()])).toEqual([[], [], []]);
        const traces = await db.selectFrom("telemetry_traces").select("trace_id").execute();
        const ended = await db.selectFrom("pipelines").select("id").execute();
        const seen = new Set(traces.map(({ trace_id }) => trace_id));
        expect(ended.filter(({ id }) => !seen.has(id.replaceAll("-", "")))).toEqual([]);
      },
      { timeout: 120_000, interval: 200 },
    );
  } finally {
    await store.close();
  }
}

async function follow(path: string, blocks: readonly string[]): Promise<void> {
  await reader.turnTo();
  const answers: string[] = [];
  for (const block of blocks) {
    const answer = await reader.enter(block);
    expect(answer, block).not.toMatch(/"error": ?(?!null)/);
    answers.push(answer);
    await settled();
  }
  for (const pattern of printed[path] ?? []) expect(answers.join("\n"), path).toMatch(pattern);
}

test.skipIf(!hasCurl)(
  "the commands of README.md, one after the other, do what it says",
  { timeout: 600_000 },
  async () => {
    await follow("README.md", readme?.blocks ?? []);
  },
);

/** What of the README stands for in others that use it. */
const api = readme?.blocks.filter((block) => block.includes("api() {")) ?? [];

test.skipIf(!hasCurl).for(others)(
  "the commands of $path, one after the other, do what it says",
  {
    timeout: 600_000,
  },
  async ({ path, blocks }) => {
    await reader.enter("npx --yes pnpm@12.21.0 start");
    await follow(path, [...(blocks.some((block) => /\bapi /.test(block)) ? api : []), ...blocks]);
  },
);
