import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { joinCommands } from "../join-commands.ts";
import { startScript } from "./start-script.ts";

test("no variable of a step has its name, and none its value in an argument, before it is confined", () => {
  const { script, environment } = startScript("/tree", ["true"], { LD_PRELOAD: "/x.so", PATH: "/evil" });
  expect(environment).toEqual({
    STEP_VARIABLE_0: "/x.so",
    STEP_VARIABLE_1: "/evil",
    STEP_VARIABLE_COMMANDS: joinCommands(["true"]),
  });
  expect(script).not.toMatch(/x\.so|evil|true/);
});

test("a work tree may have any path", () => {
  expect(startScript("/it's $HOME", [], {}).script).toMatch(/^cd '\/it'\\''s \$HOME' /);
});

test("a step's variables may have the names by which they are carried", () => {
  const wanted = {
    STEP_VARIABLE_COMMANDS: "echo not a command",
    STEP_VARIABLE_0: "zero",
    STEP_VARIABLE_3: "three",
    LAST: "last",
  };
  const shown = Object.keys(wanted).map((name) => `"$${name}"`);
  const { script, environment } = startScript("/", [`printf '%s\\n' ${shown.join(" ")}`], wanted);
  const output = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8", env: environment });
  expect(output.trim().split("\n")).toEqual(Object.values(wanted));
});
