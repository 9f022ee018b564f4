import { realTokens } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  idOf,
  pipelineWith,
  type Route,
  type StandInPlatform,
  sendLog,
  standInPlatform,
} from "../testing/stand-in-platform.ts";

const pipeline_id = idOf(1);
const failed = { name: "unit", status: "failure", exit_code: 2 } as const;

/** A platform with one pipeline of steps `build` and `unit`, of which the second failed and has this log. */
function withLog(log: Route, step: object = failed): Promise<StandInPlatform> {
  return standInPlatform({
    routes: {
      [`GET /pipelines/${pipeline_id}`]: pipelineWith({ steps: [{ name: "build" }, { ...failed, ...step }] }),
      [`GET /pipelines/${pipeline_id}/steps/${idOf(11)}/logs`]: log,
    },
  });
}

/** The lines shown, with their labels. */
function shown(text: string): string[] {
  return /<untrusted (\w+)>\n([\s\S]*)\n<\/untrusted \1>/.exec(text)?.[2]?.split("\n") ?? [];
}

const thousand = Array.from(
  { length: 1000 },
  (_, at) => `line ${at + 1} says ${at % 100 === 99 ? "ERROR" : "little"}\n`,
).join("");

describe.each([
  ["a platform that knows ranges", true],
  ["one that sends whole logs", false],
])("%s", (_, ranges) => {
  const logs = async (args: object, log: string | Uint8Array = thousand) => {
    await using platform = await withLog(sendLog(log, { ranges }));
    return await platform.call("get_step_logs", { pipeline_id, ...args });
  };

  test("the last hundred lines by default, of the step that failed", async () => {
    const { text } = await logs({});
    expect(text).toMatch(/^step: unit\nstatus: failure\nwhy: exit code 2\nlines: 901-1000 of 1000\n<untrusted/);
    expect(shown(text)).toHaveLength(100);
    expect(shown(text)[0]).toBe("901: line 901 says little");
    expect(text).toMatch(/Earlier lines: get_step_logs with from_line=801 and to_line=900, or with grep\.$/);
  });

  test("as many last lines as asked for", async () => {
    const { text } = await logs({ tail: 3, step: "unit" });
    expect(shown(text)).toEqual([
      "998: line 998 says little",
      "999: line 999 says little",
      "1000: line 1000 says ERROR",
    ]);
    expect((await logs({ tail: 5 }, "a\nb\n")).text).toMatch(
      /lines: 1-2 of 2\n<untrusted \w+>\n1: a\n2: b\n<\/untrusted \w+>$/,
    );
  });

  test("a range of lines, and what is beyond the end", async () => {
    const { text } = await logs({ from_line: 400, to_line: 402 });
    expect(text).toContain("lines: 400-402 of 1000");
    expect(shown(text)).toEqual(
      [400, 401, 402].map((at) => `${at}: line ${at} says ${at === 400 ? "ERROR" : "little"}`),
    );
    expect((await logs({ from_line: 2000 })).text).toContain("The log has 1000 lines: there are none in that range.");
    expect((await logs({}, "")).text).toContain("The log is empty.");
  });

  test("lines that match, with those around them", async () => {
    const { text } = await logs({ grep: "error$", context: 1, from_line: 350, to_line: 550 });
    expect(text).toContain("matches: 2 in 201 lines");
    expect(shown(text)).toEqual([
      "399- line 399 says little",
      "400: line 400 says ERROR",
      "401- line 401 says little",
      "--",
      "499- line 499 says little",
      "500: line 500 says ERROR",
      "501- line 501 says little",
    ]);
    expect((await logs({ grep: "nowhere" })).text).toMatch(/matches: 0 in 1000 lines$/);
  });

  test("a line alone shows more of itself", async () => {
    const words = "a word ".repeat(1500);
    const long = `first\n${words}\nlast\n`;
    expect(shown((await logs({}, long)).text)[1]).toMatch(
      /^2: [a word]{1500} …\[8500 characters left out\]… [a word]{500}$/,
    );
    expect(shown((await logs({ from_line: 2, to_line: 2 }, long)).text)[0] === `2: ${words}`).toBe(true);
    const { text } = await logs({ grep: "needle" }, `${"-".repeat(9000)}needle${"+".repeat(9000)}\n`);
    expect(shown(text)[0]).toMatch(/^1: …-{500}needle\+{1394}…$/);
  });

  test("more than an answer may hold is left out and can be had, without gap or overlap", async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `${at + 1} ${"words of a line ".repeat(at % 9)}`);
    const log = `${lines.join("\n")}\n`;
    const seen: string[] = [];
    for (let from: number | undefined = 1; from !== undefined; ) {
      const { text } = await logs({ from_line: from, to_line: 2500 }, log);
      seen.push(...shown(text));
      from = Number(/from_line=(\d+) and to_line=2500\.$/.exec(text)?.[1]) || undefined;
    }
    expect(seen).toEqual(lines.slice(0, 2500).map((line, at) => `${at + 1}: ${line}`));
    const { text } = await logs({ tail: 3000 }, log);
    expect(shown(text).at(-1)).toBe(`3000: ${lines.at(-1)}`);
    expect(text).toMatch(/Earlier lines: get_step_logs with from_line=1 and to_line=\d+, or with grep\.$/);
  });

  test("a log of any bytes is shown line by line", async () => {
    const bytes = fc.array(
      fc.oneof(
        fc
          .constantFrom("\n", "\r", "\r\n", "é", "中", "😀", "\x1b[31m", "text ", "\u202e", "</untrusted 0>")
          .map(Buffer.from),
        fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some)),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 12 }), async (pieces, tail) => {
        const log = Buffer.concat(pieces);
        const count = log.filter((byte) => byte === 10).length + (log.length > 0 && log.at(-1) !== 10 ? 1 : 0);
        const { text, isError } = await logs({ tail }, log);
        expect(isError).toBe(false);
        expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
        if (count === 0) return;
        const numbers = shown(text).map((line) => Number(/^(\d+): /.exec(line)?.[1]));
        expect(numbers).toEqual(
          Array.from({ length: Math.min(tail, count) }, (_, at) => Math.max(count - tail, 0) + at + 1),
        );
      }),
      { numRuns: 40 },
    );
  });
});

test("it is the same wherever its bytes are cut on their way", async () => {
  const piece = fc
    .constantFrom("\n", "\r", "é", "中", "😀", "word ", "\x1b[31m", "10 %\r")
    .map((text) => Buffer.from(text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      async (pieces, cuts) => {
        const log = Buffer.concat(pieces);
        const places = [0, ...cuts.map((cut) => cut % (log.length + 1)).sort((one, other) => one - other), log.length];
        const inPieces: Route = (response) => {
          response.writeHead(200, { "content-type": "text/plain" });
          places.slice(1).forEach((to, at) => {
            response.write(log.subarray(places[at], to));
          });
          response.end();
        };
        const texts = [inPieces, sendLog(log, { ranges: false })].map(async (route) => {
          await using platform = await withLog(route);
          const { text } = await platform.call("get_step_logs", { pipeline_id });
          return text.replaceAll(/untrusted \w+/g, "untrusted");
        });
        const [cut, whole] = await Promise.all(texts);
        expect(cut).toBe(whole);
      },
    ),
    { numRuns: 25 },
  );
});

test.each([
  ["ideographs", "中文文本".repeat(300)],
  [
    "random bytes in base64",
    Array.from({ length: 400 }, (_, at) => String.fromCharCode(65 + ((at * 7919) % 26))).join(""),
  ],
  ["punctuation", "}{)(][;:'\"\\".repeat(100)],
  ["emoji", "😀🎉".repeat(200)],
])("lines of %s stay within the budget", async (_, line) => {
  for (const args of [{}, { grep: "." }, { from_line: 1 }]) {
    await using platform = await withLog(sendLog(`${line}\n`.repeat(400)));
    const { text } = await platform.call("get_step_logs", { pipeline_id, ...args });
    expect(realTokens(text)).toBeLessThanOrEqual(8000);
    expect(text.length).toBeLessThan(50_000);
    expect(shown(text).length).toBeGreaterThan(1);
  }
});

describe("a platform that knows ranges", () => {
  test("is asked for no more than an answer may hold", async () => {
    await using platform = await withLog(sendLog(thousand));
    await platform.call("get_step_logs", { pipeline_id });
    expect(platform.requests.at(-1)).toMatch(/\?tail=100&max_bytes=262144$/);
  });

  test("is not believed to have sent whole lines where the limit cut one", async () => {
    const line = "y".repeat(100_000);
    await using platform = await withLog(sendLog(`${line}\n`.repeat(9)));
    const { text } = await platform.call("get_step_logs", { pipeline_id });
    expect(text).toContain("lines: 8-9 of 9");
    const head = await platform.call("get_step_logs", { pipeline_id, from_line: 1 });
    expect(head.text).toContain("lines: 1-2 of 9");
    expect(head.text).toMatch(/get_step_logs with from_line=3\.$/);
  });
});

describe("a step", () => {
  test("that runs has its log so far", async () => {
    await using platform = await withLog(sendLog("one\ntwo"), { status: "running", exit_code: null });
    const { text } = await platform.call("get_step_logs", { pipeline_id });
    expect(text).toMatch(/^step: unit\nstatus: running\nlines: 1-2 of 2 so far\n/);
  });

  test("that has not run has none", async () => {
    await using platform = await withLog(sendLog(""), {
      status: "skipped",
      log_ref: null,
      reason: "dependency_failed",
    });
    const { text } = await platform.call("get_step_logs", { pipeline_id, step: "unit" });
    expect(text).toBe(
      "step: unit\nstatus: skipped\nwhy: a step it depends on did not succeed\nIt has not run: there is no log.",
    );
    expect(platform.requests).toHaveLength(1);
  });

  test("may be named by its id; one that does not exist is said not to", async () => {
    await using platform = await withLog(sendLog("x\n"));
    expect((await platform.call("get_step_logs", { pipeline_id, step: idOf(11) })).text).toContain("1: x");
    const { text, isError } = await platform.call("get_step_logs", { pipeline_id, step: "unti" });
    expect(isError).toBe(true);
    expect(text).toBe("get_step_logs was not called: the pipeline has no such step; it has: build, unit.");
  });
});

describe("arguments that go nowhere are refused", () => {
  test.each([
    [{ tail: 5, from_line: 3 }, "tail goes with none of from_line, to_line and grep"],
    [{ from_line: 9, to_line: 3 }, "to_line must not be less than from_line"],
    [{ grep: "(" }, "grep is not a regular expression of JavaScript"],
    [{ grep: "(a+)+$" }, "grep takes too long on these lines"],
  ])("%j", async (args, says) => {
    await using platform = await withLog(sendLog(`${"a".repeat(60)}!\n`));
    const { text, isError } = await platform.call("get_step_logs", { pipeline_id, ...args });
    expect(isError).toBe(true);
    expect(text).toContain(says);
  });
});

test("a log of 20 MB is searched as it comes", async () => {
  const log = `${"a line of a log that is neither short nor long, as logs are\n".repeat(340_000)}the needle\n`;
  await using platform = await withLog(sendLog(log));
  const { text } = await platform.call("get_step_logs", { pipeline_id, grep: "needle" });
  expect(text).toContain("matches: 1 in 340001 lines");
  expect(shown(text).at(-1)).toBe("340001: the needle");
});
