import { endpoints } from "@platform-mcp/client/contract";
import { expect, test } from "vitest";
import { apiCells } from "./api-cells.ts";
import { runCells } from "./cells.ts";
import { endpointOf, rowNames } from "./expectations.ts";
import { gitCells } from "./git-cells.ts";
import { createWorld } from "./world.ts";

test("every endpoint of the contract is in the table, and nothing else", () => {
  const contract = endpoints.map(({ method, path }) => `${method} ${path}`);
  expect([...new Set(rowNames.map(endpointOf))].sort()).toEqual(contract.sort());
});

test("every caller gets what the documents say, from every endpoint and from git, on every project", async () => {
  await using world = await createWorld();
  const { wrong, summary } = await runCells([...apiCells(world), ...gitCells(world)]);
  process.stdout.write(`access matrix: ${summary}\n`);
  expect(wrong).toEqual([]);
}, 120_000);
