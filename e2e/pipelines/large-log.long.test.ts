import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { expect, test } from "vitest";
import { call, fenced } from "../contract/lib/contract.ts";
import { sendJson, startStandIn } from "../contract/lib/stand-in.ts";
import { serverBundle } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const small = "00000000-0000-4000-8000-000000000001";
const large = "00000000-0000-4000-8000-000000000002";
const step = "00000000-0000-4000-8000-000000000003";

/** A hundred bytes each. */
const line = (number: number) =>
  `${String(number).padStart(8)} ${"compiled a module of the application ".repeat(3)}`.slice(0, 99);
/** Lines of the logs: 1 MB and 200 MB. */
const lines: Readonly<Record<string, number>> = { [small]: 10_000, [large]: 2_000_000 };

/** The lines from one to another, a thousand at a time. */
function* chunks(from: number, to: number): Generator<string> {
  for (let at = from; at <= to; at += 1000) {
    yield Array.from({ length: Math.min(1000, to - at + 1) }, (_, more) => `${line(at + more)}\n`).join("");
  }
}

/** A platform that has two logs, and knows `tail`. */
function answer(response: ServerResponse, url: string): void {
  const { pathname, searchParams } = new URL(url, "http://platform");
  const id = pathname.includes(large) ? large : small;
  if (!pathname.endsWith("/logs")) {
    const steps = [{ id: step, step_order: 0, name: "build", status: "failure", exit_code: 1, log_ref: "log" }];
    sendJson(response, 200, { id, status: "failure", git_ref: "refs/heads/main", steps });
    return;
  }
  const total = lines[id] ?? 0;
  const tail = searchParams.get("tail");
  response.writeHead(200, { "content-type": "text/plain", "x-log-lines": total, "x-log-size": total * 100 });
  const from = tail === null ? 1 : Math.max(total - Math.min(Number(tail), 160_000) + 1, 1);
  pipeline(Readable.from(chunks(from, total)), response, () => {});
}

/** Megabytes that a process has now, and has had at most. */
async function memory(pid: number | undefined): Promise<{ readonly now: number; readonly most: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: megabytes("VmRSS"), most: megabytes("VmHWM") };
}

test.runIf(existsSync("/proc/self/status"))(
  "the end of 200 MB costs no more memory than that of 1 MB, and searching them little more",
  async () => {
    await using platform = await startStandIn((response, { url }) => answer(response, url));
    const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project };
    await using server = new StdioServer({ file: await serverBundle("platform-pipeline"), env });
    await server.initialize();
    const end = async (pipeline_id: string) => (await call(server, "get_step_logs", { pipeline_id, tail: 300 })).text;
    expect(fenced(await end(small)).at(-1)).toBe(`10000: ${line(10_000)}`);
    const before = await memory(server.pid);
    expect(fenced(await end(large)).at(-1)).toBe(`2000000: ${line(2_000_000)}`);
    const ofEnd = await memory(server.pid);
    const found = await call(server, "get_step_logs", { pipeline_id: large, grep: "^ 1999999 " });
    expect(found.text).toContain("matches: 1 in 2000000 lines");
    const ofSearch = await memory(server.pid);
    process.stdout.write(
      `more memory: ${(ofEnd.most - before.most).toFixed(1)} MB for the end, ${(ofSearch.most - before.most).toFixed(1)} MB for searching all\n`,
    );
    expect(ofEnd.most - before.most).toBeLessThan(20);
    expect(ofSearch.most - before.most).toBeLessThan(80);
  },
);
