import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "../log/line-splitter.ts";
import { SignFinder } from "./sign-finder.ts";

function diagnose(log: string) {
  const finder = new SignFinder();
  const splitter = new LineSplitter((number, text) => finder.add(number, text));
  splitter.push(log);
  splitter.end();
  const { lines, telling } = finder.finish();
  return { lines, telling, text: lines.map(({ text }) => text).join("\n") };
}

const read = (name: string) => readFile(join(import.meta.dirname, "../testing/logs", `${name}.txt`), "utf8");

/** A log of much that tells nothing. */
const noise = (count: number) =>
  Array.from({ length: count }, (_, at) => `[${at}] Compiling module ${at} of ${count}, no errors so far\n`).join("");

/** Logs of the usual tools, and what must be seen of each. */
const logs: Readonly<Record<string, readonly string[]>> = {
  "node-spec": ["test at add.test.mjs:2:1", "2 !== 3", "add.test.mjs:2:29", "should loosely deep-equal"],
  "node-tap": ["not ok 1 - adds", "2 !== 3", "add.test.mjs:2:1", "not ok 1 - inner"],
  pytest: [
    "assert total == 3",
    "E       assert -1 == 3",
    "test_add.py:8: AssertionError",
    "FAILED test_add.py::test_add",
    "JSONDecodeError: Expecting",
  ],
  "cargo-test": ["panicked at src/lib.rs:5:17", "left: 2", "right: 3", "test tests::adds ... FAILED"],
  "cargo-build": ["error[E0277]: cannot add", "src/lib.rs:1:39"],
  vitest: ["FAIL  add.test.ts > adds", "AssertionError: expected 2 to be 3", "add.test.ts:2:36"],
  jest: ["● adds › small numbers", "Expected: 3", "Received: -1", "src/add.test.js:5:23"],
  "go-test": ["--- FAIL: TestAdd", "Add(1, 2) = -1, want 3", "index out of range [3]", "add_test.go:21"],
  "go-build": ["./add.go:4:9: cannot use", "undefined: missing"],
  tsc: ["src/add.ts(4,7): error TS2322", "src/main.ts(12,21): error TS2304"],
  gcc: ["sums.c:5:10: error: 'missing' undeclared", "make: *** [Makefile:4: sums.o] Error 1"],
  eslint: ["/work/app/src/add.ts", "'missing' is not defined"],
  "python-traceback": ['manage.py", line 9', "KeyError: 'DATABASE_URL'"],
  "node-crash": ["Error: no template page", "scripts/build.mjs:7:9"],
  java: ["expected: <3> but was: <-1>", "AddTest.java:11"],
  shell: ["sh: 1: npm: not found"],
};

describe.each(Object.entries(logs))("%s", (name, facts) => {
  test("alone", async () => {
    const { text, lines, telling } = diagnose(await read(name));
    for (const fact of facts) expect(text).toContain(fact);
    expect(telling).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  test("amid much that tells nothing, with the right numbers", async () => {
    const log = await read(name);
    const { text, lines } = diagnose(noise(3000) + log + noise(500));
    for (const fact of facts) expect(text).toContain(fact);
    expect(lines.filter(({ text }) => text.includes("Compiling module")).length).toBeLessThan(15);
    const wanted = log.split("\n").findIndex((line) => line.includes(facts[0] ?? "")) + 3001;
    expect(lines.find(({ text }) => text.includes(facts[0] ?? ""))?.number).toBe(wanted);
  });
});

test("in color it is the same", async () => {
  const log = (await read("pytest")).replace(/^E.*$/gm, (line) => `\x1b[1m\x1b[31m${line}\x1b[0m`);
  expect(diagnose(log).text).toContain("E       assert -1 == 3");
});

test("the first failures are shown, however many follow", async () => {
  const one = await read("jest");
  const { lines, text } = diagnose(one + one.replaceAll("small numbers", "later").repeat(200));
  expect(text).toContain("small numbers");
  expect(lines.length).toBeLessThanOrEqual(60);
});

test("frames of libraries are left out", async () => {
  expect(diagnose(await read("node-spec")).text).not.toContain("node:internal");
});

test("of a log that tells nothing, the last lines are shown", () => {
  const { lines, telling } = diagnose(noise(1000));
  expect(telling).toBe(false);
  expect(lines).toHaveLength(40);
  expect(lines.at(-1)?.number).toBe(1000);
  expect(diagnose("").lines).toEqual([]);
});

test("what tells little is shown where there is nothing better", () => {
  const { text } = diagnose(`${noise(500)}upload refused by the mirror\n${noise(500)}`);
  expect(text).toContain("upload refused by the mirror");
});
