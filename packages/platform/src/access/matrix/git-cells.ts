import { callerNames, places } from "./callers.ts";
import type { Cell } from "./cells.ts";
import { expectedOfGit, gitVerbs, schemesOf } from "./git-expectations.ts";
import { sendGit } from "./send-git.ts";
import type { World } from "./world.ts";

/** Every request of a clone and a push by every caller, on every project, by every scheme. */
export function gitCells(world: World): Cell[] {
  return gitVerbs.flatMap((verb) =>
    places.flatMap((place) =>
      callerNames.flatMap((name) =>
        schemesOf(verb, name, place).map((scheme) => ({
          name: `${verb} as ${name} by ${scheme}, ${place}`,
          expected: expectedOfGit(verb, name, place, scheme),
          async run() {
            const target = world.targets[place];
            return await sendGit(world, { verb, scheme, target, actor: await world.actor(name, target) });
          },
        })),
      ),
    ),
  );
}
