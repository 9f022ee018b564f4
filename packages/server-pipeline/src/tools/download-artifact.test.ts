import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idOf, type StandInPlatform, standInPlatform } from "../testing/stand-in-platform.ts";

const pipeline_id = idOf(1);
const variable = "PLATFORM_DOWNLOAD_DIR";

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "download-artifact-"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** An empty directory that an operator could allow. */
const newDirectory = () => mkdtemp(join(base, "allowed-"));

/** A platform whose pipeline left these, and a session that may save in that directory. */
function withArtifacts(
  contents: Readonly<Record<string, string | Uint8Array>>,
  directory?: string,
): Promise<StandInPlatform> {
  const all = Object.entries(contents).map(([name, content], at) => ({
    id: idOf(50 + at),
    name,
    content_type: "application/octet-stream",
    size_bytes: Buffer.byteLength(content),
    expires_at: null,
    created_at: "2026-11-20T10:00:00Z",
  }));
  const downloads = Object.values(contents).map(
    (content, at) =>
      [
        `GET /pipelines/${pipeline_id}/artifacts/${idOf(50 + at)}/download`,
        (response: ServerResponse) => {
          response.writeHead(200, { "content-type": "application/octet-stream" }).end(content);
        },
      ] as const,
  );
  return standInPlatform({
    routes: { [`GET /pipelines/${pipeline_id}/artifacts`]: all, ...Object.fromEntries(downloads) },
    settings: directory === undefined ? {} : { [variable]: directory },
  });
}

const binary = Buffer.from([0, 1, 2, 255, 254, 0]);
const longText = Array.from({ length: 20_000 }, (_, at) => `row ${at}`).join("\n");

describe("without a directory", () => {
  test("a short text is shown", async () => {
    await using platform = await withArtifacts({ "report.txt": "all is well\nor nearly\n" });
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: "report.txt" });
    expect(text.replaceAll(/untrusted \w+/g, "untrusted")).toMatchInlineSnapshot(`
      "artifact: report.txt
      type: application/octet-stream
      size: 22
      lines: 1-2 of 2
      <untrusted>
      all is well
      or nearly
      </untrusted>"
    `);
  });

  test("a long text is shown as far as an answer holds, and the rest is said to need a directory", async () => {
    await using platform = await withArtifacts({ "report.txt": longText });
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: idOf(50) });
    expect(text).toMatch(/lines: 1-\d+ of more than \d+\n/);
    expect(text).toContain("the user can set PLATFORM_DOWNLOAD_DIR for this server");
    expect(text.length).toBeLessThan(45_000);
  });

  test("what is no text is said to need one", async () => {
    await using platform = await withArtifacts({ "app.bin": binary });
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    expect(text).toContain("Ask the user to set PLATFORM_DOWNLOAD_DIR for this server to one.");
  });
});

describe("with a directory", () => {
  test("what is no text is saved below it, and readable by its user alone", async () => {
    const directory = await newDirectory();
    await using platform = await withArtifacts({ "app.bin": binary }, directory);
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    const path = join(directory, pipeline_id, "app.bin");
    expect(text).toContain(`saved_to: ${path}`);
    expect(await readFile(path)).toEqual(binary);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, pipeline_id))).toEqual(["app.bin"]);
  });

  test("a long text is saved, a short one if that is asked for", async () => {
    const directory = await newDirectory();
    await using platform = await withArtifacts({ long: longText, short: "x\n" }, directory);
    for (const [artifact, save, content] of [
      ["long", false, longText],
      ["short", true, "x\n"],
    ] as const) {
      const { text } = await platform.call("download_artifact", { pipeline_id, artifact, save });
      expect(text).toContain("saved_to: ");
      expect(await readFile(join(directory, pipeline_id, artifact), "utf8")).toBe(content);
    }
  });

  test("several megabytes are saved whole", async () => {
    const directory = await newDirectory();
    const content = Buffer.alloc(9_000_001, "0123456789\0");
    await using platform = await withArtifacts({ big: content }, directory);
    await platform.call("download_artifact", { pipeline_id, artifact: "big" });
    expect((await readFile(join(directory, pipeline_id, "big"))).equals(content)).toBe(true);
  });

  test("nothing is overwritten", async () => {
    const directory = await newDirectory();
    await using platform = await withArtifacts({ "app.bin": binary }, directory);
    const path = join(directory, pipeline_id, "app.bin");
    await mkdir(join(directory, pipeline_id));
    await writeFile(path, "mine");
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    expect(text).toContain(`Nothing was saved: ${path} is there already and is not overwritten`);
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  test.each(["../../escape.bin", "/etc/escape.bin", "..", ".hidden", "a\\..\\..\\b"])(
    "the name %j leads nowhere else",
    async (name) => {
      const directory = await newDirectory();
      await using platform = await withArtifacts({ [name]: binary }, directory);
      const { text } = await platform.call("download_artifact", { pipeline_id, artifact: name });
      const [file = "", ...others] = await readdir(join(directory, pipeline_id));
      expect(text).toContain(`saved_to: ${join(directory, pipeline_id, file)}`);
      expect(others).toEqual([]);
      expect(file).toMatch(/^[A-Za-z0-9_]/);
      expect(await readdir(directory)).toEqual([pipeline_id]);
    },
  );

  test("a link in the place of its own directory, or of the file, is not followed", async () => {
    const [directory, elsewhere] = await Promise.all([newDirectory(), newDirectory()]);
    await using platform = await withArtifacts({ "app.bin": binary }, directory);
    await symlink(elsewhere, join(directory, pipeline_id));
    const led = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    expect(led.text).toContain("Nothing was saved: what is in PLATFORM_DOWNLOAD_DIR leads out of it.");
    await rm(join(directory, pipeline_id));
    await mkdir(join(directory, pipeline_id));
    await symlink(join(elsewhere, "target"), join(directory, pipeline_id, "app.bin"));
    const linked = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    expect(linked.text).toContain("is there already and is not overwritten");
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test("one that does not exist is not made", async () => {
    const directory = join(base, "nowhere");
    await using platform = await withArtifacts({ "app.bin": binary }, directory);
    const { text } = await platform.call("download_artifact", { pipeline_id, artifact: "app.bin" });
    expect(text).toContain("Nothing was saved: the directory that PLATFORM_DOWNLOAD_DIR names does not exist.");
  });
});

test("an artifact that does not exist is said not to, with those that do", async () => {
  await using platform = await withArtifacts({ "a b": "x", c: "y" });
  const { text, isError } = await platform.call("download_artifact", { pipeline_id, artifact: "d" });
  expect(isError).toBe(true);
  expect(text).toBe('download_artifact was not called: the pipeline has no such artifact; it has: "a b", c.');
});
