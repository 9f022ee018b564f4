import { gitOutput } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The commits in the history of `to` that are not in that of `from`, newest first, as git finds them. */
export async function* commitsBetween(repository: Repository, from: string, to: string): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of gitOutput(["rev-list", to, `^${from}`, "--"], { repository })) {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
