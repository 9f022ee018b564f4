import { initRepository } from "../../git/init-repository.ts";
import { recordRefUpdates } from "../../git/refs/record-ref-updates.ts";
import { plainGit } from "../../git/testing/plain-git.ts";
import { type SampleCommit, SampleRepository } from "../../git/testing/sample-repository.ts";
import type { TestPlatform } from "../../testing/test-platform.ts";

/** A project that holds manifests. */
export interface ManifestsProject {
  readonly id: string;
  /** Commits to its branch `main` as a push would, and gives the commit. */
  push(files: NonNullable<SampleCommit["files"]>): Promise<string>;
}

export async function addManifestsProject(platform: TestPlatform, name: string): Promise<ManifestsProject> {
  const id = await platform.addProject("admin", name);
  const repository = platform.repositories.of(id);
  await initRepository(repository.path, "main");
  return {
    id,
    push: async (files) => {
      using sample = disposable(new SampleRepository());
      const tip = plainGit(repository.path, "for-each-ref", "--format=%(objectname)", "refs/heads/main");
      if (tip !== "") plainGit(sample.path, "fetch", "--quiet", repository.path, "main:main");
      const sha = sample.commit({ files });
      plainGit(sample.path, "push", "--quiet", "--force", repository.path, "main");
      await platform.db.transaction().execute((db) => recordRefUpdates(db, repository, id));
      return sha;
    },
  };
}

function disposable(sample: SampleRepository): SampleRepository & Disposable {
  return Object.assign(sample, { [Symbol.dispose]: () => sample.remove() });
}
