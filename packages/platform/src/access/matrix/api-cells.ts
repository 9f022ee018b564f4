import type { Target } from "./actors.ts";
import { type CallerName, callerNames, type Place } from "./callers.ts";
import type { Cell } from "./cells.ts";
import { dependsOnProject, expectedOutcome, needs, placesOf, type RowName, rowNames } from "./expectations.ts";
import type { Need } from "./need.ts";
import { type Details, destroyedBy, requests, type Scene } from "./requests.ts";
import { sendRequest } from "./send-request.ts";
import type { World } from "./world.ts";

/** Every endpoint by every caller, on every project if it depends on that. */
export function apiCells(world: World): Cell[] {
  const make = new Maker(world);
  return rowNames.flatMap((row) => {
    const need: Need = needs[row];
    return callerNames.flatMap((name) =>
      placesOf(row, name).map((place) => {
        const expected = expectedOutcome(need, name, place);
        const succeeds = expected.startsWith("allowed");
        return {
          name: `${row} as ${name}${dependsOnProject(need) ? `, ${place}` : ""}`,
          expected,
          async run() {
            const scene = await make.scene(row, { name, place, succeeds });
            return await sendRequest(row, scene, await make.details(row, scene, succeeds));
          },
        };
      }),
    );
  });
}

interface Setting {
  readonly name: CallerName;
  readonly place: Place;
  readonly succeeds: boolean;
}

/** Makes what a request needs: for one that succeeds its own, and for those that are refused the same again and again. */
class Maker {
  readonly #world: World;
  readonly #targets = new Map<Place, Promise<Target>>();
  readonly #details = new Map<string, Details | Promise<Details>>();

  constructor(world: World) {
    this.#world = world;
  }

  async scene(row: RowName, { name, place, succeeds }: Setting): Promise<Scene> {
    const destroyed = destroyedBy(row);
    const target = destroyed === "project" ? await this.#target(place, succeeds) : this.#world.targets[place];
    const actor = await this.#world.actor(name, target, destroyed === "session" ? "fresh" : undefined);
    return { world: this.#world, target, actor };
  }

  async details(row: RowName, scene: Scene, succeeds: boolean): Promise<Details> {
    if (succeeds) return await requests[row](scene);
    const key = [row, scene.target.id, scene.actor.userId].join();
    const known = this.#details.get(key) ?? requests[row](scene);
    this.#details.set(key, known);
    return await known;
  }

  async #target(place: Place, succeeds: boolean): Promise<Target> {
    if (succeeds) return await this.#world.freshTarget(place);
    const known = this.#targets.get(place) ?? this.#world.freshTarget(place);
    this.#targets.set(place, known);
    return await known;
  }
}
