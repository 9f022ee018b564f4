import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type StandIn, sendJson, startStandIn } from "./stand-in.ts";

const directory = join(import.meta.dirname, "../recorded");

/** The project that the recorded answers are of. */
export const recordedProject = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

/** A tool's call, with what the platform answered to it. */
export interface Recorded {
  /** Such as `platform-pipeline`. */
  readonly server: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /**
   * Answers by request, such as `GET /pipelines?status=success`: the path below the project, and of the query what
   * tells requests of one path apart. An answer that is a string went out as text, any other as JSON.
   */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What an agent must still be able to read in the tool's answer. */
  readonly facts: readonly string[];
}

/** Every recorded call by the name of its file. */
export async function recordedCalls(): Promise<ReadonlyMap<string, Recorded>> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".json")).sort();
  const read = files.map(
    async (file): Promise<readonly [string, Recorded]> => [
      basename(file, ".json"),
      JSON.parse(await readFile(join(directory, file), "utf8")),
    ],
  );
  return new Map(await Promise.all(read));
}

/** A platform that answers as recorded, and with the answers that it gave. */
export interface Replay extends AsyncDisposable {
  readonly url: string;
  /** Each answer once, however often it was asked for. */
  given(): readonly unknown[];
}

/** Starts one; what was not recorded is not found. */
export async function replay({ answers }: Recorded): Promise<Replay> {
  const given = new Set<string>();
  const standIn: StandIn = await startStandIn((response, { method, url }) => {
    const key = keyFor(method, url, Object.keys(answers));
    if (key === undefined) return sendJson(response, 404, { error: "not found" });
    given.add(key);
    const answer = answers[key];
    if (typeof answer !== "string") return sendJson(response, method === "POST" ? 201 : 200, answer);
    const size = { "x-log-size": Buffer.byteLength(answer), "x-log-lines": answer.match(/\n/g)?.length ?? 0 };
    response
      .writeHead(200, { "content-type": "text/plain; charset=utf-8", ...size, "x-log-complete": "true" })
      .end(answer);
  });
  return {
    url: standIn.url,
    given: () => [...given].map((key) => answers[key]),
    [Symbol.asyncDispose]: () => standIn[Symbol.asyncDispose](),
  };
}

/** The most precise of the keys that a request has; undefined when it has none. */
function keyFor(method: string, url: string, keys: readonly string[]): string | undefined {
  const asked = new URL(url, "http://platform");
  const path = asked.pathname.replace(`/api/projects/${recordedProject}`, "");
  const matches = keys.filter((key) => {
    const wanted = new URL(key.slice(key.indexOf(" ") + 1) || "/", "http://platform");
    const query = [...wanted.searchParams].every(([name, value]) => asked.searchParams.get(name) === value);
    return key.startsWith(`${method} `) && wanted.pathname === (path === "" ? "/" : path) && query;
  });
  return matches.sort((one, other) => other.length - one.length)[0];
}
