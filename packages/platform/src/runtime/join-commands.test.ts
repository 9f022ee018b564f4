import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { joinCommands } from "./join-commands.ts";

/** What a shell prints for the commands, and its exit code. */
function run(...commands: readonly string[]): [output: string, code: number | null] {
  const { stdout, status } = spawnSync("/bin/sh", ["-c", joinCommands(commands)], { encoding: "utf8" });
  return [stdout, status];
}

test.each<[string, readonly string[], string, number]>([
  ["nothing", [], "", 0],
  ["one", ["echo a; exit 3"], "a\n", 3],
  ["several", ["echo a", "echo b"], "a\nb\n", 0],
  ["until one fails", ["echo a", "false", "echo b"], "a\n", 1],
  ["until one exits", ["exit 4", "echo b"], "", 4],
  ["in one shell", ["cd /", "A=1", "pwd; echo $A"], "/\n1\n", 0],
  ["of several lines", ["echo a\necho b\n", "echo c\n"], "a\nb\nc\n", 0],
  ["whose last line fails", ["true\nfalse\n", "echo c"], "", 1],
  ["that end with a comment", ["false # may fail", "echo b"], "", 1],
  ["that are comments or empty", ["# nothing", "", "\n", "echo b"], "b\n", 0],
  ["that end with a here-document", ["cat <<END\na\nEND\n", "echo b"], "a\nb\n", 0],
  ["that go on in the background", [": &", "echo b"], "b\n", 0],
  ["with alternatives", ["false || echo a", "echo b"], "a\nb\n", 0],
])("commands run: %s", (_, commands, output, code) => {
  expect(run(...commands)).toEqual([output, code]);
});
