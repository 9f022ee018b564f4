import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import } from "./imports.ts";
import type { Workspace } from "./workspace.ts";

/** What the rules are checked against: the workspace and its imports. */
export interface Subject extends Workspace {
  readonly imports: readonly Import[];
}

/** A rule gives one line for each place that breaks it. */
export type Rule = (subject: Subject) => string[];

const scope = "@platform-mcp/";

/** Directory of the package that a file belongs to. */
function packageOf(path: string): string {
  return /^(?:packages\/[^/]+|e2e|bench)(?=\/)/.exec(path)?.[0] ?? ".";
}

function isTest(path: string): boolean {
  return /\.test\.ts$|\/testing\/|^(?:e2e|bench|scripts)\/|^packages\/[^/]+\/test\//.test(path);
}

/** The package that an import names, undefined for files and for what Node brings along. */
function packageName(to: string): string | undefined {
  if (to.startsWith(".") || to.startsWith("/") || isBuiltin(to)) return undefined;
  return /^(?:@[^/]+\/)?[^/]+/.exec(to)?.[0];
}

function lines(imports: readonly Import[]): string[] {
  return imports.map(({ from, to }) => `${from} imports ${to}`);
}

/** What the programs of one package may import of the others. */
function mayImport(from: string, to: string): boolean {
  const importer = packageOf(from);
  if (importer === "packages/server-kit") return to === `${scope}client`;
  if (importer.startsWith("packages/server-")) return to === `${scope}client` || to === `${scope}server-kit`;
  // Commands that talk to a platform which serves do it as everybody else does.
  if (from.startsWith("packages/platform/src/cli/") && to === `${scope}client`) return true;
  return importer === "packages/platform" && to === `${scope}client/contract`;
}

/** client <- server-kit <- server-*, client/contract <- platform, and the runner knows servers by name only. */
export const oneWay: Rule = ({ imports, packages }) =>
  lines(
    imports.filter(({ from, to }) => {
      const importer = packageOf(from);
      if (!importer.startsWith("packages/") || !to.startsWith(scope) || isTest(from)) return false;
      return packageName(to) !== packages.get(importer)?.name && !mayImport(from, to);
    }),
  );

/** Packages meet by name, and only where they export something. */
export const byNameOnly: Rule = ({ imports, packages }) => {
  const exportsOf = new Map([...packages.values()].map((manifest) => [manifest.name, manifest.exports]));
  return lines(
    imports.filter(({ from, to }) => {
      if (to.startsWith(".")) {
        const importer = packageOf(from);
        const target = packageOf(posix.join(posix.dirname(from), to));
        // The tests of the whole use the scripts that developers run; nothing that is shipped does.
        return target !== importer && !(target === "." && !importer.startsWith("packages/"));
      }
      const name = packageName(to);
      if (name === undefined || !name.startsWith(scope)) return false;
      return !exportsOf.get(name)?.includes(`.${to.slice(name.length)}`);
    }),
  );
};

/** How bytes are served can change without touching a tool. */
export const oneFileKnowsTheSdk: Rule = ({ imports }) =>
  lines(
    imports.filter(
      ({ from, to }) =>
        from.startsWith("packages/") &&
        !isTest(from) &&
        packageName(to) === "@modelcontextprotocol/server" &&
        from !== "packages/server-kit/src/serve/serve.ts",
    ),
  );

/** The HTTP library takes longer to load than a server to start: only a first call may load it. */
export const httpLibraryIsLazy: Rule = ({ imports }) => {
  const eager = reachable("packages/client/src/index.ts", imports);
  return lines(
    imports.filter(({ from, to, kind }) => eager.has(from) && kind === "static" && packageName(to) === "undici"),
  );
};

/** The files that run when this one is imported. */
function reachable(entry: string, imports: readonly Import[]): Set<string> {
  const found = new Set([entry]);
  for (const file of found) {
    for (const { from, to, kind } of imports) {
      if (from === file && kind === "static" && to.startsWith(".")) found.add(posix.join(posix.dirname(from), to));
    }
  }
  return found;
}

/** Half a second and 90 MB, for those who run on Kubernetes. */
export const kubernetesClientIsLazy: Rule = ({ imports }) =>
  lines(imports.filter(({ to, kind }) => kind === "static" && packageName(to) === "@kubernetes/client-node"));

/** Tracing costs whoever does not trace nothing, not even the loading. */
export const tracingIsLazy: Rule = ({ imports }) =>
  lines(
    imports.filter(
      ({ from, to, kind }) =>
        !isTest(from) && kind === "static" && packageName(to)?.startsWith("@opentelemetry/") === true,
    ),
  );

/** A package says what it needs: what its programs import is among its dependencies, types and tests may be for development. */
export const dependenciesAreDeclared: Rule = ({ imports, packages }) =>
  lines(
    imports.filter(({ from, to, kind }) => {
      const name = packageName(to);
      const manifest = packages.get(packageOf(from));
      if (name === undefined || manifest === undefined || name === manifest.name) return false;
      const development = isTest(from) || kind === "type";
      return !manifest.dependencies.has(name) && !(development && manifest.devDependencies.has(name));
    }),
  );

/** Programs write to stdout and stderr on purpose: stdout belongs to a protocol in most of them. */
export const noConsole: Rule = ({ sources }) =>
  [...sources].flatMap(([path, source]) =>
    path.startsWith("packages/") && !isTest(path) && /(?<![\w.])console\s*(?:\.\s*\w|\[)/.test(source)
      ? [`${path} uses console`]
      : [],
  );

/** Packages come from whichever registry an installation uses: lockfiles name versions and hashes alone. */
export const lockfilesNameNoHost: Rule = ({ lockfiles }) =>
  [...lockfiles].flatMap(([path, text]) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        /\b(?:https?|git(?:\+\w+)?|ssh):\/\/|\btarball:/.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
      ),
  );
