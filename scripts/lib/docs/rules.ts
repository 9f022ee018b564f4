import { posix } from "node:path";
import { commandSpans, isEntered, isOtherwise, shellBlocks, unclearCode } from "./commands.ts";
import type { Documentation } from "./documents.ts";
import { anchorsOf, codeOf, linksOf } from "./markdown.ts";

/** A rule gives one line for each place that breaks it. */
export type DocumentationRule = (documentation: Documentation) => Promise<string[]>;

/** Links lead to files that are there, and to headings that are in them. */
export const linksLeadSomewhere: DocumentationRule = async ({ documents, exists }) =>
  await eachOf(documents, async (path, text) => {
    const broken: string[] = [];
    for (const link of linksOf(text)) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : posix.join(posix.dirname(path), file);
      const heading = anchor === undefined || anchorsOf(documents.get(target) ?? "").has(anchor);
      if (!heading || !(await exists(target))) broken.push(`${path}: link to ${link}`);
    }
    return broken;
  });

/** A path that begins with one of the directories of this repository. */
const rooted = /(?<![\w./~-])(?:packages|scripts|e2e|bench|docs|examples|docker|kubernetes|\.ci|\.github)\/[\w./*-]*/g;
/** The path of a source or a document, wherever below. */
const named = /^[\w.-]+(?:\/[\w.*-]+)*\.(?:ts|md)$|^[\w.-]+\/[\w./*-]+\.(?:json|ya?ml|sh|js)$/;
/** What running the programs makes. */
const made = /^(?:dist|\.platform)\//;

/** Files and directories that a document names are there: below the root, or in a package. */
export const pathsExist: DocumentationRule = async ({ documents, exists }) =>
  await eachOf(documents, async (path, text) => {
    const prose = text.replace(/\]\([^)]*\)/g, "]");
    const below = [...prose.matchAll(rooted)].map(([mention]) => mention.replace(/[.]+$/, ""));
    const anywhere = codeOf(text).filter((code) => named.test(code) && !made.test(code) && !below.includes(code));
    const missing: string[] = [];
    for (const mention of below) if (!(await exists(mention))) missing.push(mention);
    for (const mention of anywhere) {
      const places = [mention, `{packages/*,e2e,scripts,bench}/**/${mention}`];
      if (!(await exists(`{${places.join(",")}}`))) missing.push(mention);
    }
    return [...new Set(missing)].map((mention) => `${path}: there is no ${mention}`);
  });

/** Commands of pnpm itself that documents mention. */
const ownCommands: ReadonlySet<string> = new Set(["install", "add", "exec"]);

/** The scripts that a document says to run are in the root's package.json. */
export const scriptsExist: DocumentationRule = async ({ documents, scripts }) =>
  await eachOf(documents, async (path, text) => {
    const commands = codeOf(text).flatMap((code) => [...code.matchAll(/\bpnpm(?:@[\d.]+)? (?:run )?([a-z][\w:-]*)/g)]);
    const names = new Set(commands.map(([, name = ""]) => name));
    const unknown = [...names].filter((name) => !scripts.has(name) && !ownCommands.has(name));
    return unknown.map((name) => `${path}: there is no script ${name}`);
  });

/**
 * What a document tells its reader to enter stands in blocks of the language sh, which a test enters, or is one of the
 * few commands of which `otherwise.ts` says why not; and a command in a line of text stands in such a block, too.
 */
export const commandsAreRun: DocumentationRule = async ({ documents }) => {
  const blocks = [...documents.values()].flatMap(shellBlocks);
  return [...documents].flatMap(([path, text]) => [
    ...unclearCode(text).map((problem) => `${path}: ${problem}`),
    ...commandSpans(text)
      .filter((command) => !isEntered(command, blocks) && !isOtherwise(command))
      .map((command) => `${path}: nothing runs ${command}`),
  ]);
};

/** One version of pnpm is named everywhere: the README's. */
export const onePnpm: DocumentationRule = async ({ instructions }) => {
  const versionsIn = (text: string) =>
    new Set([...text.matchAll(/\bpnpm@(\d[\w.-]*\w)/g)].map(([, version]) => version));
  const [readme, ...others] = versionsIn(instructions.get("README.md") ?? "");
  if (readme === undefined) return ["README.md names no version of pnpm"];
  if (others.length > 0) return [`README.md names pnpm ${[readme, ...others].join(" and ")}`];
  return [...instructions].flatMap(([path, text]) =>
    [...versionsIn(text)].flatMap((version) =>
      version === readme ? [] : [`${path} names pnpm ${version}, not ${readme}`],
    ),
  );
};

async function eachOf(
  documents: Documentation["documents"],
  check: (path: string, text: string) => Promise<string[]>,
): Promise<string[]> {
  return (await Promise.all([...documents].map(([path, text]) => check(path, text)))).flat();
}
