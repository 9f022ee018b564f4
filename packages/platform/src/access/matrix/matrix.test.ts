import { randomInt } from "node:crypto";
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

/** One cell in so many: which, a seed says that is another each time. */
const stride = 12;

test("every caller gets what the documents say: a part of all the cells, the rest of which take longer", async () => {
  await using world = await createWorld();
  const seed = Number(process.env.CHAOS_SEED || randomInt(2 ** 31));
  const all = [...apiCells(world), ...gitCells(world)];
  const { wrong, summary } = await runCells(all.filter((_, index) => index % stride === seed % stride));
  process.stdout.write(`access matrix, one in ${stride} of ${all.length} cells (CHAOS_SEED=${seed}): ${summary}\n`);
  expect(wrong).toEqual([]);
}, 300_000);
