import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WorkTree } from "../git/testing/work-tree.ts";
import { type Scene, Stage } from "./testing/scene.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.create();
});
afterAll(() => stage.close());

async function cloned(scene: Scene): Promise<WorkTree> {
  const tree = await WorkTree.create();
  const remote = stage.platform.url.replace("http://", `http://admin:${stage.admin}@`);
  await tree.git("remote", "add", "origin", `${remote}/admin/${scene.name}.git`);
  await tree.git("fetch", "--quiet", "origin");
  await tree.git("reset", "--quiet", "--hard", "origin/main");
  return tree;
}

/** Pieces that mean something to git, to a shell, in a URL, on a terminal, or in a merge's message. */
const pieces = [
  ..."aZ0/.-_~^:?*[]\\@{}'\"<>|&;$`%#!()+=, \t\u0007",
  ...["..", "//", ".lock", "@{", "@{-1}", "HEAD", "refs/heads/", "main", "--help", "-n", "%2e%2e%2f", "$(id)"],
  ...["\u00e4", "a\u0308", "\u{1f600}", "\u202e", "\u200b", "\u{e0041}", "\ufeff", "\ufffd"],
];
const names = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(""))
  .filter((name) => name.length <= 200 && name !== "main");

test("a branch of any name that a push may have is opened, shown and merged, and no other is taken for one", {
  timeout: 120_000,
}, async () => {
  const scene = await stage.scene();
  using tree = await cloned(scene);
  let count = 0;
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      await tree.commit(`${++count}\n`, `file-${count}`);
      const { ok } = await tree.try("push", "origin", `HEAD:refs/heads/${name}`);
      const asked = { source_branch: name, target_branch: "main", title: `Number ${count}` };
      const opened = await scene.send("POST", "", asked);
      expect(opened.status, JSON.stringify(name)).toBe(ok ? 201 : 400);
      if (!ok) return;
      expect(opened.body).toMatchObject({ source_branch: name, merge_status: "mergeable" });
      const listed = await scene.send("GET", `?source_branch=${encodeURIComponent(name)}`);
      expect(listed.body.items[0].number).toBe(opened.body.number);
      const merged = await scene.merge(opened.body.number, { delete_source_branch: true });
      expect([merged.status, merged.body.error]).toEqual([200, undefined]);
      expect(scene.git("log", "-1", "--format=%s", "main")).toBe(`Merge branch '${name}' into main`);
      expect(scene.tip(name)).toBe("");
      await tree.git("fetch", "--quiet", "origin", "main");
      await tree.git("reset", "--quiet", "--hard", "FETCH_HEAD");
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

test("a target of any name is merged into", async () => {
  const scene = await stage.scene();
  for (const [index, target] of ["a'b\"c", "(x)&y", "\u{1f600}/\u202ex", "refs-heads#1%20", "x@y{z}!"].entries()) {
    scene.git("update-ref", `refs/heads/${target}`, "main");
    const branch = `topic-${index}`;
    scene.branch(branch);
    const { status } = await scene.merge(await scene.open(branch, { target_branch: target }));
    expect([status, scene.git("log", "-1", "--format=%s", `refs/heads/${target}`)]).toEqual([
      200,
      `Merge branch '${branch}' into ${target}`,
    ]);
  }
});

test("paths of any bytes are shown as they are, as far as text can", async () => {
  const scene = await stage.scene();
  const paths = [
    "-rf *",
    "a\nb\tc",
    "q\"u'o\\te",
    "gr\u00fc\u00dfe/\u{1f600}",
    ":(glob)*",
    "\u202egpj.exe",
    "{a => b}",
  ];
  const files = (content: string) => Object.fromEntries(paths.map((path) => [path, content]));
  const raw = (content: string) => [[Buffer.from([0x66, 0xff, 0xfe]), content]] as const;
  scene.commit("topic", files("mine\n"), { parents: ["main"], rawFiles: raw("mine\n") });
  const number = await scene.open("topic");
  const { body } = await scene.send("GET", `/${number}/diff`);
  const shown = body.files.map(({ path }: { path: string }) => path);
  expect(shown.sort()).toEqual([...paths, "f\ufffd\ufffd"].sort());
  for (const path of paths) {
    const one = await scene.send("GET", `/${number}/diff?path=${encodeURIComponent(path)}`);
    expect(one.body.files).toMatchObject([{ path, additions: 1 }]);
  }
  scene.commit("main", files("theirs\n"), { rawFiles: raw("theirs\n") });
  const refused = await scene.merge(number);
  expect([refused.status, refused.body.conflicts.sort()]).toEqual([409, [...paths, "f\ufffd\ufffd"].sort()]);
});

test("what people call themselves and their work goes into a commit as text", async () => {
  const scene = await stage.scene();
  const { db } = stage.platform;
  const displayed = ["<>", "...", "A\nB <x@y>\ncommitter C", "\u202eevil", "-n", "$(id) `id`"];
  for (const [index, display_name] of displayed.entries()) {
    await db.updateTable("users").set({ display_name }).where("name", "=", "admin").execute();
    scene.branch(`topic-${index}`);
    const number = await scene.open(`topic-${index}`, {
      title: "x\n\nSigned-off-by: nobody",
      body: "#!/bin/sh\n\r\n\u0007",
    });
    const methods = ["merge", "squash"];
    expect(
      (await scene.merge(number, { method: methods[index % 2], message: index > 3 ? " \n" : undefined })).status,
    ).toBe(200);
  }
  expect(scene.git("log", "--first-parent", "-6", "--reverse", "--format=%cn", "main").split("\n")).toEqual([
    "admin",
    "admin",
    "AB x@ycommitter C",
    "\u202eevil",
    "-n",
    "$(id) `id`",
  ]);
});
