import { expect, test } from "vitest";
import type { DoctorReport, ServerReport } from "./report.ts";
import { doctorTable } from "./table.ts";
import { toolTable } from "./tool-table.ts";

const serving = { tools: 2, tokens: 321, start_ms: 101, protocol: "2026-07-28" };
const read = { name: "read_it", permissions: ["x:read"], missing: [] };

function report(...servers: readonly ServerReport[]): DoctorReport {
  return { role: "dev", servers_dir: "/opt", ok: servers.every(({ state }) => state !== "failing"), servers };
}

const core: ServerReport = {
  name: "platform-core",
  state: "ok",
  serving,
  access: { platform: true, token: true, project: true, tools: [read] },
  problems: [],
};

test("all is well", () => {
  const absent: ServerReport = { name: "platform-issues", state: "absent", serving: null, access: null, problems: [] };
  expect(doctorTable(report(core, absent))).toMatchInlineSnapshot(`
    "Server           State  Tools  Tokens   Start  Protocol    API  Token valid  Project  Permissions
    platform-core    ok         2     321  101 ms  2026-07-28  ok   ok           ok       ok
    platform-issues  not in this build

    role dev is ready: servers 1 ok, 1 not in this build; 2 tools, 321 tokens
    "
  `);
});

test("what is wrong has a line, and one for what to do; a tool that may not be used is named", () => {
  const write = { name: "write_it", permissions: ["x:write"], missing: ["x:write"] };
  const issues: ServerReport = {
    name: "platform-issues",
    state: "failing",
    serving: { ...serving, tokens: 12_345, start_ms: 1234 },
    access: { platform: true, token: true, project: null, tools: [read, write] },
    problems: [{ subject: "write_it", detail: "the token lacks x:write", remedy: "get one" }],
  };
  expect(doctorTable(report(core, issues))).toMatchInlineSnapshot(`
    "Server           State    Tools  Tokens    Start  Protocol    API  Token valid  Project  Permissions
    platform-core    ok           2     321   101 ms  2026-07-28  ok   ok           ok       ok
    platform-issues  failing      2   12345  1234 ms  2026-07-28  ok   ok           -        1 of 2

    platform-issues: write_it: the token lacks x:write
      -> get one

    role dev is not ready: servers 1 ok, 1 failing; 4 tools, 12666 tokens
    "
  `);
});

test("a reason that servers share is told once", () => {
  const problems = [{ subject: "platform", detail: "connection refused", remedy: "start it" }];
  const access = { platform: false, token: null, project: null, tools: [{ ...read, missing: null }] };
  const failing: ServerReport = { ...core, state: "failing", access, problems };
  const broken: ServerReport = {
    name: "platform-deploy",
    state: "failing",
    serving: null,
    access: null,
    problems: [{ subject: "server", detail: "ended with exit code 1", remedy: "see" }],
  };
  expect(doctorTable(report(failing, { ...failing, name: "platform-issues" }, broken))).toMatchInlineSnapshot(`
    "Server           State    Tools  Tokens   Start  Protocol    API   Token valid  Project  Permissions
    platform-core    failing      2     321  101 ms  2026-07-28  FAIL  -            -        -
    platform-issues  failing      2     321  101 ms  2026-07-28  FAIL  -            -        -
    platform-deploy  failing      -       -       -  -           -     -            -        -

    platform-core, platform-issues: platform: connection refused
      -> start it
    platform-deploy: ended with exit code 1
      -> see

    role dev is not ready: servers 3 failing; 4 tools, 642 tokens
    "
  `);
});

test("every tool has a row: its server, what it needs, and whether the token has it", () => {
  const tools = [
    read,
    { name: "write_it", permissions: ["x:read", "x:write"], missing: ["x:write"] },
    { name: "list_all", permissions: ["x:read"], missing: ["x:read"], bound: true as const },
    { name: "try_it", permissions: ["x:read"], missing: null },
  ];
  const issues = { ...core, name: "platform-issues", access: { platform: true, token: true, project: null, tools } };
  expect(toolTable(report(core, issues))).toMatchInlineSnapshot(`
    "Tool      Server           Needs            This token
    read_it   platform-core    x:read           ok
    read_it   platform-issues  x:read           ok
    write_it  platform-issues  x:read, x:write  lacks x:write
    list_all  platform-issues  x:read           refused: good for one project, it needs x:read everywhere
    try_it    platform-issues  x:read           -
    "
  `);
  expect(toolTable(report({ ...core, access: null }))).toBe("");
});
