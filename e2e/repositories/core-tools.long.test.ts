import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../lib/platform.ts";
import { CoreSession } from "./core-session.ts";
import { fixtureRepositories } from "./make.ts";

let platform: TestPlatform;
const paths = new Map<string, string>();
const sessions = new Map<string, CoreSession>();

beforeAll(async () => {
  const fixtures = await fixtureRepositories();
  platform = await startTestPlatform();
  for (const [name, path] of Object.entries(fixtures)) {
    paths.set(name, path);
    sessions.set(name, await CoreSession.open(platform, await platform.importRepository(path, name)));
  }
}, 600_000);
afterAll(async () => {
  for (const session of sessions.values()) await session[Symbol.asyncDispose]();
  await platform?.close();
});

describe.each(["small", "manyFiles", "large"])("%s", (name) => {
  const session = () => {
    const found = sessions.get(name);
    if (found === undefined) throw new Error(`there is no session on ${name}`);
    return found;
  };
  const bytes = (...args: string[]) =>
    execFileSync("git", ["-C", paths.get(name) ?? "", "-c", "core.quotePath=false", ...args], { maxBuffer: 1e9 });
  const git = (...args: string[]) => bytes(...args).toString();
  const lines = (...args: string[]) =>
    git(...args)
      .split("\n")
      .slice(0, -1);
  const records = (...args: string[]) =>
    git(...args)
      .split("\0")
      .slice(0, -1);

  test("get_project and list_projects name it and its default branch", async () => {
    const head = git("symbolic-ref", "--short", "HEAD").trim();
    expect(await session().call("get_project")).toMatchObject({ name, default_branch: head, visibility: "private" });
    const { projects } = await session().call("list_projects");
    expect(projects).toEqual([expect.objectContaining({ name, default_branch: head })]);
  });

  test("list_branches has every branch at its commit, the default one first", async () => {
    const branches = await session().all("list_branches", "branches");
    const expected = lines("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads");
    expect(branches.map((branch) => `${branch.name} ${branch.sha}`).sort()).toEqual(expected.sort());
    expect(branches[0]).toMatchObject({ name: git("symbolic-ref", "--short", "HEAD").trim(), default: true });
  });

  test("list_files has every entry of the whole tree, with kind and size", async () => {
    const kinds: Record<string, string> = {
      "040000": "directory",
      "120000": "symlink",
      "100755": "executable",
      "160000": "submodule",
    };
    const expected = records("ls-tree", "-r", "-t", "-l", "-z", "HEAD").map((entry) => {
      const [, mode = "", size, path] = /^(\d+) \w+ \w+ +(\d+|-)\t(.*)$/s.exec(entry) ?? [];
      return { path, kind: kinds[mode] ?? "file", size: size === "-" ? null : Number(size) };
    });
    const files = await session().all("list_files", "files", { depth: 20 });
    const byPath = (a: { path?: unknown }, b: { path?: unknown }) => (String(a.path) < String(b.path) ? -1 : 1);
    expect(files.sort(byPath)).toEqual(expected.sort(byPath));
  });

  test("read_file gives text as it is, over as many pieces as it takes, and says what is binary", async () => {
    const entries = records("ls-tree", "-r", "-l", "-z", "HEAD").map((entry) => {
      const [, mode, size, path = ""] = /^(\d+) \w+ \w+ +(\d+|-)\t(.*)$/s.exec(entry) ?? [];
      return { mode, size: Number(size), path };
    });
    // Every odd one, and a spread of the rest.
    const odd = entries.filter(({ mode, path }) => mode !== "100644" || /[^\w./-]/.test(path));
    const spread = entries.filter((_, index) => index % Math.ceil(entries.length / 12) === 0);
    let compared = 0;
    for (const { path, size } of [...odd, ...spread].filter((entry) => entry.size < 200_000)) {
      const content = bytes("cat-file", "blob", `HEAD:${path}`);
      const text = content.toString();
      if (content.includes(0) || !Buffer.from(text).equals(content)) {
        expect(await session().call("read_file", { path }), path).toMatchObject({ path, size, binary: true });
      } else if (/^[\t\n\r\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]*$/.test(text)) {
        // What a reader could not see is left out of answers: that is tested with the tools' rules.
        const expected = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
        expect(text === "" ? "" : await session().wholeFile(path), path).toBe(expected);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(3);
  });

  test("list_commits has the whole history of a ref, and of a path", async () => {
    for (const args of [{}, { ref: lines("tag")[1] ?? "" }, { path: "package.json" }]) {
      const { ref = "HEAD", path } = { ref: undefined, path: undefined, ...args };
      const expected = lines("log", "--format=%H %an %s", ref, ...(path === undefined ? [] : ["--", path]));
      const commits = await session().all("list_commits", "commits", { ...args, limit: 3 });
      expect(commits.map(({ sha, author, subject }) => `${sha} ${author} ${subject}`)).toEqual(expected);
    }
  });

  test("compare_refs counts files, lines and commits between releases, and shows the patch", async () => {
    const tags = lines("tag", "--sort=version:refname");
    const pairs = tags.slice(1).map((head, index) => [tags[index] ?? "", head] as const);
    // The first, the last and one between: git itself takes seconds for each pair of the large one.
    for (const [base, head] of [...pairs.slice(0, 1), ...pairs.slice(4, 5), ...pairs.slice(-1)]) {
      const change = await session().call("compare_refs", { base, head });
      const files = lines("diff", "--numstat", "-M", `${base}...${head}`);
      const sum = (column: number) => files.reduce((total, line) => total + (Number(line.split("\t")[column]) || 0), 0);
      expect(change).toMatchObject({
        base_sha: git("rev-parse", `${base}^{commit}`).trim(),
        head_sha: git("rev-parse", `${head}^{commit}`).trim(),
        ahead_by: Number(git("rev-list", "--count", `${base}..${head}`)),
        behind_by: Number(git("rev-list", "--count", `${head}..${base}`)),
        additions: sum(0),
        deletions: sum(1),
        total_files: files.length,
      });
      const patch = lines("diff", "-M", `${base}...${head}`);
      const shown = String(change.patch).split("\n").slice(0, 3);
      expect(shown.map((line) => line.replace(/^index .*/, "index"))).toEqual(
        patch.slice(0, 3).map((line) => line.replace(/^index .*/, "index")),
      );
    }
  });

  test("search_code finds every matching line, by string and by expression", async () => {
    for (const [query, flags, args] of [
      ["prototype", ["-F"], {}],
      ["LICENSE", ["-F", "-i"], { ignore_case: true }],
      ["^exports?[.][a-z]+ =", ["-E"], { regex: true }],
      ["no such text anywhere", ["-F"], {}],
    ] as const) {
      const grep = ["grep", "-n", "-I", "--no-color", ...flags, "-e", query, "HEAD"];
      const expected = spawnLines(() => lines(...grep)).map((line) =>
        line.slice("HEAD:".length).split(":", 2).join(":"),
      );
      const matches = await session().all("search_code", "matches", { query, limit: 100, ...args });
      expect(matches.map(({ path, line_number }) => `${path}:${line_number}`)).toEqual(expected);
    }
  });
});

/** Git's grep exits with 1 when it finds nothing. */
function spawnLines(run: () => string[]): string[] {
  try {
    return run();
  } catch {
    return [];
  }
}
