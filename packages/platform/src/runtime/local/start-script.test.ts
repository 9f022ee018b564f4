import { expect, test } from "vitest";
import { joinCommands } from "../join-commands.ts";
import { startScript } from "./start-script.ts";

test("no variable of a step has its name, and none its value in an argument, before it is confined", () => {
  const { script, environment } = startScript("/tree", ["true"], { LD_PRELOAD: "/x.so", PATH: "/evil" });
  expect(environment).toEqual({
    STEP_VARIABLE_0: "/x.so",
    STEP_VARIABLE_1: "/evil",
    STEP_COMMANDS: joinCommands(["true"]),
  });
  expect(script).not.toMatch(/x\.so|evil|true/);
});

test("a work tree may have any path", () => {
  expect(startScript("/it's $HOME", [], {}).script).toMatch(/^cd '\/it'\\''s \$HOME' /);
});
