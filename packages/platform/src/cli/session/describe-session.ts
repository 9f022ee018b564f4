import type { sessions } from "@platform-mcp/client/contract";
import { terminalText } from "./terminal-text.ts";

type Facts = Readonly<Record<string, string>>;

/** What there is to know of a session, as lines of `name: value`; what is not known has none. */
export function describeSession(session: sessions.Session, project: string): string {
  const { status, reason, exit_code: exitCode } = session;
  const why = [reason === status ? undefined : reason, exitCode && `exit code ${exitCode}`].filter(Boolean).join(", ");
  const facts: Facts = {
    session: session.id,
    project,
    status: why === "" ? status : `${status} (${why})`,
    role: session.role ?? "",
    ...(session.user_name && { "asked for by": session.user_name }),
    ...(session.branch && { branch: session.branch }),
    ...(session.commit_sha && { commit: session.commit_sha }),
    ...(session.image && { image: session.image }),
    ...(session.pod_name && { pod: session.pod_name }),
    created: session.created_at,
    ...(session.started_at && { started: session.started_at }),
    ...(session.finished_at ? { ended: session.finished_at } : session.expires_at && { "ends by": session.expires_at }),
    ...costsOf(session),
  };
  const width = Math.max(...Object.keys(facts).map((name) => name.length)) + 1;
  const lines = Object.entries(facts).map(([name, value]) => `${`${name}:`.padEnd(width)} ${oneLine(value)}`);
  const texts = [`\nprompt:\n${indented(session.prompt)}`];
  if (session.message) texts.push(`\n${status === "completed" ? "summary" : "message"}:\n${indented(session.message)}`);
  return `${[...lines, ...texts].join("\n")}\n`;
}

/** How a session ended, in one line. */
export function describeEnd(session: sessions.Session): string {
  const { id, status, reason, branch, commit_sha: commit } = session;
  const why = reason && reason !== status && reason !== "exit" ? ` (${reason})` : "";
  const { turns, tokens, cost } = costsOf(session);
  const costs = [turns && `${turns} turns`, tokens && `${tokens} tokens`, cost].filter(Boolean);
  const work = branch && commit ? `; ${oneLine(branch)} is at ${commit.slice(0, 12)}` : "";
  return `session ${id} ${status}${why}${costs.length === 0 ? "" : `: ${costs.join(", ")}`}${work}`;
}

function costsOf({ turns, cost_usd: cost, cost_tokens: tokens }: sessions.Session): Facts {
  return {
    ...(turns != null && { turns: String(turns) }),
    ...(tokens != null && { tokens: String(tokens) }),
    ...(cost != null && { cost: `$${cost.toFixed(cost < 1 ? 4 : 2)}` }),
  };
}

function oneLine(text: string): string {
  return terminalText(text).replace(/\s+/g, " ");
}

function indented(text: string): string {
  return terminalText(text)
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}
