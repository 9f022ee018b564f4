import { expect, test } from "vitest";
import { apiCells } from "./api-cells.ts";
import { runCells } from "./cells.ts";
import { gitCells } from "./git-cells.ts";
import { createWorld } from "./world.ts";

test("every caller gets what the documents say, from every endpoint and from git, on every project", async () => {
  await using world = await createWorld();
  const { wrong, summary } = await runCells([...apiCells(world), ...gitCells(world)]);
  process.stdout.write(`access matrix: ${summary}\n`);
  expect(wrong).toEqual([]);
}, 600_000);
