import { endpoints, type Permission } from "@platform-mcp/client/contract";
import { expect, test } from "vitest";
import { apiCells } from "./api-cells.ts";
import { callerNames } from "./callers.ts";
import { runCells } from "./cells.ts";
import { endpointOf, needs, rowNames } from "./expectations.ts";
import { gitCells } from "./git-cells.ts";
import type { Need } from "./need.ts";
import { createWorld } from "./world.ts";

test("every endpoint of the contract is in the table, and nothing else", () => {
  const contract = endpoints.map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(rowNames.map(endpointOf))].sort()).toEqual(contract.sort());
});

test("every permission that is needed somewhere has a token that holds it alone", () => {
  const needed = new Set(rowNames.flatMap((row) => permissionsIn(needs[row])));
  const scopes = callerNames.map((name) => name.replace(/^token with scope /, ""));
  expect(scopes).toEqual(expect.arrayContaining([...needed]));
});

function permissionsIn(need: Need): Permission[] {
  if (need.who === "all of") return need.needs.flatMap(permissionsIn);
  return "permission" in need ? [need.permission] : [];
}

test("every caller gets what the documents say, from every endpoint and from git, on every project", async () => {
  await using world = await createWorld();
  const { wrong, summary } = await runCells([...apiCells(world), ...gitCells(world)]);
  process.stdout.write(`access matrix: ${summary}\n`);
  expect(wrong).toEqual([]);
}, 600_000);
