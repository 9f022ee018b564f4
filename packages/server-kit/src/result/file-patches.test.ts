import { expect, test } from "vitest";
import { renderData, renderText } from "../testing/render-text.ts";
import type { Change } from "./change.ts";
import { filePatches } from "./file-patches.ts";

function patchOf(path: string, lines: number): string {
  const added = Array.from({ length: lines }, (_, at) => `+line ${at + 1} of ${path}`).join("\n");
  return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -0,0 +1,${lines} @@\n${added}\n`;
}

function change(files: Readonly<Record<string, number>>, patch_truncated = false): Change {
  const paths = Object.entries(files);
  return {
    files: paths.map(([path, additions]) => ({
      path,
      additions,
      deletions: 0,
      status: "added",
      previous_path: null,
    })),
    total_files: paths.length,
    additions: 0,
    deletions: 0,
    patch: paths.map(([path, lines]) => patchOf(path, lines)).join(""),
    patch_truncated,
  };
}

const shown = (text: string) => Array.from(text.matchAll(/^diff --git a\/(\S+)/gm), ([, path]) => path);

test("all patches, where they fit", () => {
  const text = renderText(filePatches(change({ a: 2, b: 3 }), "get_diff"));
  expect(shown(text)).toEqual(["a", "b"]);
  expect(text).toMatch(/<\/untrusted \w+>$/);
});

test("one large file does not hide the others, and is named with the call that shows it", () => {
  const files = change({ "a.ts": 5, "big lock.json": 4000, "c.ts": 5 });
  const text = renderText(filePatches(files, "get_diff"));
  expect(shown(text)).toEqual(["a.ts", "c.ts"]);
  expect(text).toMatch(
    /\nPatches left out to keep the answer short: "big lock\.json"\. To see one: get_diff with its path\.$/,
  );
  expect(renderData(filePatches(files, "get_diff"))).toMatchObject({
    patch: expect.stringContaining("c.ts"),
    left_out: [expect.stringContaining("big lock.json")],
  });
});

test("a file alone is shown in lines", () => {
  const text = renderText(filePatches(change({ "big.json": 4000 }), "get_diff"));
  expect(text).toMatch(/^patch_lines: 1-\d+\n/);
  expect(text).toMatch(/get_diff with patch_line=\d+, or path set to one file\.$/);
});

test("so are files of which none fits", () => {
  expect(renderText(filePatches(change({ a: 4000, b: 4000 }), "get_diff"))).toMatch(/^patch_lines: 1-/);
});

test("a patch that the platform cut is not shown as if it were whole", () => {
  const text = renderText(filePatches(change({ a: 2, b: 3 }, true), "get_diff"));
  expect(shown(text)).toEqual(["a"]);
  expect(text).toContain("Patches left out to keep the answer short: b.");
});
