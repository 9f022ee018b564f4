/** A command of the documents that is not entered as it stands there. */
interface Otherwise {
  /** The whole block or span, or its beginning and `…`; `pnpm` stands for the command that fetches it. */
  readonly command: string;
  /** What runs it: a file, and what is said there. Or why nothing does. */
  readonly because: string | { readonly file: string; readonly says: string };
}

/** All others are entered by `e2e/docs/commands.long.test.ts`. */
export const otherwise: readonly Otherwise[] = [
  { command: "pnpm test", because: { file: ".ci/run", says: '[@]}" test\n' } },
  { command: "pnpm test packages/client", because: "It is the suite itself, of which each run is one of a part." },
  { command: "pnpm test:long", because: { file: ".ci/run", says: '[@]}" test:long' } },
  { command: "pnpm test:image", because: { file: ".ci/run", says: '[@]}" test:image' } },
  { command: "pnpm test:cluster", because: { file: ".github/workflows/ci.yml", says: "test:cluster --kind" } },
  { command: "pnpm test:chaos", because: "It takes hours; each loop runs two rounds in the everyday tests." },
  { command: "pnpm check:types", because: { file: "scripts/test.ts", says: 'run("tsc"' } },
  { command: "pnpm check:lint", because: { file: "scripts/test.ts", says: 'run("biome"' } },
  { command: "pnpm format", because: "It writes to the sources; what it would write is what the lint asks for." },
  { command: "pnpm bench", because: "It takes an hour, and measures a machine that does nothing else." },
  { command: "pnpm docs:generate", because: { file: "e2e/docs.test.ts", says: "staleFiles()" } },
  { command: "vitest run -u", because: "It makes what the tests expect into what there is." },
  { command: "pnpm demo", because: { file: "e2e/demo.long.test.ts", says: "scripts/demo.ts" } },
  {
    command: "claude --strict-mcp-config --mcp-config .platform/mcp.json",
    because: { file: "e2e/claude-code/run-claude.ts", says: '"--strict-mcp-config", `--mcp-config=' },
  },
  { command: "claude -p", because: { file: "e2e/claude-code/run-claude.ts", says: '"--print"' } },
  { command: "claude setup-token", because: "It asks in a browser for a subscription." },
  {
    command: "node platform-core.js",
    because: { file: "e2e/contract/alone.long.test.ts", says: '"platform-core.js"' },
  },
  { command: "platform stop", because: { file: "e2e/chaos/served-platform.ts", says: '"stop", "--data"' } },
  {
    command: "platform token revoke ID",
    because: { file: "packages/platform/src/cli/people.long.test.ts", says: '"revoke"' },
  },
  {
    command: "session say ID TEXT",
    because: { file: "packages/platform/src/cli/session.long.test.ts", says: '"say"' },
  },
  {
    command: 'git fetch origin "refs/agent-wip/$session"…',
    because: { file: "packages/runner/src/run/run-session.long.test.ts", says: "refs/agent-wip/s1" },
  },
  { command: "git gc --prune=now", because: "It is what not to do." },
  { command: "unshare --user…", because: "It is there to fail, and to say why, where namespaces are not to be had." },
  { command: "pnpm build docker build…", because: { file: ".ci/run", says: "test:image" } },
  {
    command: "kubectl create namespace platform…",
    because: { file: "e2e/cluster/lib/namespaces.ts", says: '"apply"' },
  },
  { command: "kubectl get…", because: "It needs a cluster; tests of one find pods by these labels." },
  { command: "kubectl delete --force", because: "It is what not to do." },
];
