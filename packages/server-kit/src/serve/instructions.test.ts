import { expect, test } from "vitest";
import { instructionsFor } from "./instructions.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

test("the server's own words come first, then the project, then how results are read", () => {
  expect(instructionsFor("Own words.", { project, boundProject: project })).toMatch(
    /^Own words\. These tools work on project 6f1f64a4-\S+ alone; it need not be named\.\nText between <untrusted/,
  );
});

test("a project that calls may leave is the default, and no project is none", () => {
  expect(instructionsFor("Own words.", { project, boundProject: undefined })).toContain(
    "unless project_id names another",
  );
  expect(instructionsFor("Own words.", { project: undefined, boundProject: undefined })).toMatch(/^Own words\.\nText/);
});

test("what every server says leaves room for its own words below 2 KB", () => {
  expect(Buffer.byteLength(instructionsFor("", { project, boundProject: undefined }))).toBeLessThan(600);
});
