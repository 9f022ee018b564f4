import { randomUUID } from "node:crypto";
import { initRepository } from "../../git/init-repository.ts";
import { plainGit, plainGitBytes } from "../../git/testing/plain-git.ts";
import { SampleRepository } from "../../git/testing/sample-repository.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { addThings, type Things } from "../../testing/things-in-project.ts";
import { setPassword } from "../passwords.ts";
import { type Actor, createActors, type Target } from "./actors.ts";
import type { CallerName, Place } from "./callers.ts";

/** A change that is small enough to be pushed by hand. */
export interface Commits {
  /** On the branch `main` of every project. */
  readonly base: string;
  /** On top of it, on the branch `next`. */
  readonly next: string;
  /** What turns the one into the other, as `git push` would send it. */
  readonly pack: Buffer;
}

/** The password of every user who has one. */
export const password = "the password of everybody";
const someLogin = "somebody-with-a-password";
/** Its step is skipped, and pushes start nothing: what runs is not what is tried here. */
const definition = `pipeline:
  on: { push: { branches: [of-nothing] } }
  steps:
    - { name: only, image: none, when: { branches: [of-nothing] } }
`;

/** A platform with projects of every visibility, and everybody who may or may not do something there. */
export interface World extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly commits: Commits;
  readonly targets: Readonly<Record<Place, Target>>;
  /** What the projects there hold, by their ids. */
  readonly things: ReadonlyMap<string, Things>;
  /** What a project holds that none of the requests is aimed at. */
  readonly neighbour: Things;
  /** A project like the one there, to be destroyed. */
  freshTarget(place: Place): Promise<Target>;
  /** A caller who makes a request on the project; who logs in does so anew for a fresh one. */
  actor(name: CallerName, target: Target, session?: "fresh"): Promise<Actor>;
  /** A name that nothing has yet. */
  unique(): string;
}

export async function createWorld(): Promise<World> {
  const platform = await startTestPlatform();
  let count = 0;
  const unique = () => `made-${++count}`;
  const actors = await createActors(platform, unique);
  await setPassword(platform.db, await platform.addUser(someLogin), password);
  using sample = disposable(new SampleRepository());
  const base = sample.commit({ files: { "README.md": "needle\n", ".platform.yaml": definition } });
  const next = sample.commit({
    branch: "next",
    parents: [base],
    files: { "README.md": "another needle\n", ".platform.yaml": definition },
  });
  const pack = plainGitBytes(sample.path, ["pack-objects", "--revs", "--stdout", "-q"], `${next}\n^${base}\n`);

  const authorId = await platform.addUser("author-of-everything");
  const things = new Map<string, Things>();
  const addTarget = async (place: Place, name: string): Promise<Target> => {
    if (place === "absent") return { id: randomUUID(), name, exists: false };
    const id = await platform.addProject("owner", name, place);
    await actors.grantOn(id);
    return { id, name, exists: true };
  };
  const withRepository = async (place: Place): Promise<Target> => {
    const target = await addTarget(place, `the-${place}-one`);
    if (!target.exists) return target;
    const { path } = platform.repositories.of(target.id);
    await initRepository(path, "main");
    plainGit(sample.path, "push", "--quiet", path, "main", "next");
    things.set(target.id, await addThings(platform, { id: target.id, authorId }));
    return target;
  };
  const targets = {
    private: await withRepository("private"),
    internal: await withRepository("internal"),
    public: await withRepository("public"),
    absent: await withRepository("absent"),
  };
  const neighbourId = await platform.addProject("administrator", "the-neighbour");
  return {
    platform,
    commits: { base, next, pack },
    targets,
    things,
    neighbour: await addThings(platform, { id: neighbourId, authorId }),
    freshTarget: (place) => addTarget(place, unique()),
    actor: actors.actor,
    unique,
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

function disposable(sample: SampleRepository): SampleRepository & Disposable {
  return Object.assign(sample, { [Symbol.dispose]: () => sample.remove() });
}

/** A user with the password, to log in as: one alone would try too often. */
export async function addLogin({ platform, unique }: World): Promise<string> {
  const name = unique();
  const user_id = await platform.addUser(name);
  const known = platform.db.selectFrom("passwords").where("user_id", "=", await platform.idOf("users", someLogin));
  const { hash } = await known.select("hash").executeTakeFirstOrThrow();
  await platform.db.insertInto("passwords").values({ user_id, hash }).execute();
  return name;
}
