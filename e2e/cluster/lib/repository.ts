import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GitUser } from "../../lib/git-user.ts";
import type { ClusterPlatform } from "./cluster-platform.ts";
import { pythonImage } from "./environment.ts";

/** Makes a project with a repository whose pipeline looks at the work; gives its id. */
export async function addRepository(platform: ClusterPlatform, name: string): Promise<string> {
  const id = await platform.addProject(name);
  await using user = await GitUser.create();
  const check = { name: "check", image: pythonImage, commands: ["python3 -c 'print(open(\"work.txt\").read())'"] };
  const on = { push: { branches: ["agent/*"] } };
  await writeFile(join(user.path, ".platform.yaml"), JSON.stringify({ pipeline: { on, steps: [check] } }));
  await user.commit();
  await user.git("push", "--quiet", platform.remote(name), "HEAD:main");
  return id;
}
