import type { CheckReport } from "./check.ts";
import type { ToolPermission } from "./tool-permission.ts";

/** The report for people: what must hold, then every tool with what it needs and whether the token has that. */
export function checkText({ ok, steps, tools }: CheckReport): string {
  const done = steps.map((step) => `${step.ok ? "ok  " : "FAIL"} ${step.name.padEnd(10)} ${step.detail}`);
  const names = widest(["Tool", ...tools.map(({ name }) => name)]);
  const needs = widest(["Needs", ...tools.map(({ permissions }) => permissions.join(", "))]);
  const row = (state: string, name: string, needed: string, token: string) =>
    `${state.padEnd(4)} ${name.padEnd(names)}  ${needed.padEnd(needs)}  ${token}`.trimEnd();
  const table = [
    row("", "Tool", "Needs", "This token"),
    ...tools.map((tool) => row(stateOf(tool), tool.name, tool.permissions.join(", "), verdict(tool))),
  ];
  const rows = tools.length === 0 ? [] : ["", ...table, ""];
  return `${[...done, ...rows].join("\n")}\n${ok ? "ready" : "not ready"}\n`;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function stateOf({ missing, bound }: ToolPermission): string {
  if (missing === null) return "?";
  return missing.length === 0 ? "ok" : bound ? "-" : "FAIL";
}

function verdict({ missing, bound }: ToolPermission): string {
  if (missing === null) return "the platform does not say";
  if (missing.length === 0) return "has it";
  const names = missing.join(", ");
  return bound
    ? `refused: it needs ${names} on the whole platform, and the token is good for one project`
    : `lacks ${names}`;
}
