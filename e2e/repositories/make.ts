import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { withInstallLock } from "../claude-code/install-lock.ts";
import { runInGroup, tail } from "../claude-code/process-group.ts";
import { History } from "./history.ts";
import { releasesOf } from "./releases.ts";

/**
 * Bare repositories whose files were not written for this project.
 * `small` has ten releases of a few files; `manyFiles` about 500 files in folders; `large` holds over 50 MB of objects,
 * binaries, a symbolic link, names that are not ASCII, and a merge.
 */
export interface FixtureRepositories {
  readonly small: string;
  readonly manyFiles: string;
  readonly large: string;
}

const packages = { small: "commander", manyFiles: "codemirror", large: "pdfjs-dist" } as const;
const manifests = ["package.json", "pnpm-lock.yaml", ".pnpmfile.cjs"];
const makers = ["make.ts", "history.ts", "releases.ts"];
const cache = join(import.meta.dirname, ".cache");

/** The paths of the fixture repositories. The first time they are made: about 65 MB of releases from the npm registry. */
export async function fixtureRepositories(): Promise<FixtureRepositories> {
  const hash = createHash("sha256");
  for (const file of [...manifests.map((name) => join("packages", name)), ...makers]) {
    hash.update(await readFile(join(import.meta.dirname, file)));
  }
  const directory = join(cache, hash.digest("hex").slice(0, 16));
  if (!(await exists(directory))) {
    await mkdir(cache, { recursive: true });
    await withInstallLock(join(cache, ".lock"), async () => {
      if (!(await exists(directory))) await makeAll(directory);
    });
  }
  return {
    small: join(directory, "small.git"),
    manyFiles: join(directory, "many-files.git"),
    large: join(directory, "large.git"),
  };
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Makes them beside the final place and moves, so that what is there is always whole. */
async function makeAll(directory: string): Promise<void> {
  const staging = await mkdtemp(join(cache, ".making-"));
  try {
    const files = await installReleases(join(staging, "packages"));
    const repositories = join(staging, "repositories");
    await Promise.all([
      makeRepository(join(repositories, "small.git"), packages.small, files),
      makeRepository(join(repositories, "many-files.git"), packages.manyFiles, files),
      makeRepository(join(repositories, "large.git"), packages.large, files, addOddFiles),
    ]);
    await rename(repositories, directory);
  } catch (error) {
    // When another process was first, its repositories are as good.
    if (!(await exists(directory))) throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Fetches the releases into a directory of their own and gives their `node_modules`. */
async function installReleases(directory: string): Promise<string> {
  await mkdir(directory);
  for (const file of manifests) await copyFile(join(import.meta.dirname, "packages", file), join(directory, file));
  const pnpm = ["install", "--dir", directory, "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"];
  const { exitCode, stdout, stderr } = await runInGroup("npx", ["--yes", "pnpm@12.21.0", ...pnpm], {
    cwd: directory,
    env: process.env,
    deadlineMs: 600_000,
  });
  if (exitCode !== 0) {
    throw new Error(`the releases could not be fetched from the npm registry:\n${tail(`${stdout}\n${stderr}`)}`);
  }
  return join(directory, "node_modules");
}

/** Commits each release onto `main`, tags it, and leaves a branch at the third one. */
async function makeRepository(
  path: string,
  name: string,
  files: string,
  finish: (history: History) => Promise<void> = async () => {},
): Promise<void> {
  await mkdir(path, { recursive: true });
  const history = new History(path);
  await history.create();
  for (const [index, { version, alias }] of releasesOf(name).entries()) {
    await history.stageDirectory(join(files, alias));
    await history.commit("main", `${name} ${version}\n\nThe files of the release, as they were published.`);
    await history.git(["tag", "--annotate", `v${version}`, "--message", `Release ${version}`, "main"]);
    if (index === 2) await history.git(["branch", `maintenance/${version}`, "main"]);
  }
  await finish(history);
  // Without deltas between the releases: quick to make, and quick to serve.
  await history.git(["repack", "-a", "-d", "--quiet", "--window=0"]);
}

/** A branch with names beyond ASCII and symbolic links, merged. */
async function addOddFiles(history: History): Promise<void> {
  const licence = await history.git(["cat-file", "blob", "main:LICENSE"]);
  await history.git(["branch", "docs/übersetzung", "main"]);
  await history.stageFile("docs/Lizenz (Übersetzung).txt", licence);
  await history.stageFile("docs/лицензия/Справка.md", "# Справка\n\nПоиск по коду: найди меня.\n");
  await history.stageFile("docs/日本語/説明.md", "# 説明\r\n\r\nこのファイルは CRLF です。\r\n");
  await history.stageFile("docs/emoji 🎉.txt", "🎉".repeat(300));
  await history.stageFile("docs/licence-link", "../LICENSE", "120000");
  await history.stageFile("docs/読む", "日本語/説明.md", "120000");
  await history.commit("docs/übersetzung", "Übersetzungen 🎉");
  await history.git(["read-tree", "main"]);
  await history.stageFile("NOTES.txt", "made on main while the translations were written\n");
  await history.commit("main", "Notes");
  await history.git(["read-tree", "main"]);
  await history.git(["read-tree", "-i", "--prefix=docs/", "docs/übersetzung:docs"]);
  await history.commit("main", "Merge branch 'docs/übersetzung'", "docs/übersetzung");
}
