import { alignColumns } from "./align-columns.ts";
import type { Access, DoctorReport, ServerReport, Verdict } from "./report.ts";

const header = [
  "Server",
  "State",
  "Tools",
  "Tokens",
  "Start",
  "Protocol",
  "API",
  "Token valid",
  "Project",
  "Permissions",
];

/** The report for people: a row a server, then what is wrong and what to do about it, then the outcome. */
export function doctorTable(report: DoctorReport): string {
  const rows = alignColumns([header, ...report.servers.map(row)], ["Tools", "Tokens", "Start"]);
  return `${[...rows, ...problemLines(report), outcome(report)].join("\n")}\n`;
}

function row({ name, state, serving, access }: ServerReport): string[] {
  if (state === "absent") return [name, "not in this build"];
  const served = serving
    ? [serving.tools, serving.tokens, `${serving.start_ms} ms`, serving.protocol]
    : ["-", "-", "-", "-"];
  const asked = access
    ? [word(access.platform), word(access.token), word(access.project), permissions(access)]
    : ["-", "-", "-", "-"];
  return [name, state, ...served.map(String), ...asked];
}

function word(verdict: Verdict): string {
  return verdict === null ? "-" : verdict ? "ok" : "FAIL";
}

function permissions({ tools }: Access): string {
  if (tools.every(({ missing }) => missing === null)) return "-";
  const allowed = tools.filter(({ missing }) => missing === null || missing.length === 0).length;
  return allowed === tools.length ? "ok" : `${allowed} of ${tools.length}`;
}

/** A problem that several servers share, such as a platform that is down, is one line. */
function problemLines({ servers }: DoctorReport): string[] {
  const all = servers.flatMap(({ name, problems }) => problems.map((problem) => ({ ...problem, name })));
  const bySubject = new Map<string, typeof all>();
  for (const problem of all) {
    const key = JSON.stringify([problem.subject, problem.detail]);
    bySubject.set(key, [...(bySubject.get(key) ?? []), problem]);
  }
  const lines = [...bySubject.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const who =
      same.length === servers.length && same.length > 1 ? "all servers" : same.map(({ name }) => name).join(", ");
    const what = first.subject === "server" ? who : `${who}: ${first.subject}`;
    return [`${what}: ${first.detail}`, `  -> ${first.remedy}`];
  });
  return lines.length === 0 ? [] : ["", ...lines];
}

function outcome({ role, ok, servers }: DoctorReport): string {
  const count = (state: ServerReport["state"]) => servers.filter((server) => server.state === state).length;
  const serving = servers.flatMap((server) => (server.serving ? [server.serving] : []));
  const tools = serving.reduce((sum, server) => sum + server.tools, 0);
  const tokens = serving.reduce((sum, server) => sum + server.tokens, 0);
  const states = [`${count("ok")} ok`, `${count("failing")} failing`, `${count("absent")} not in this build`];
  const told = states.filter((state) => !state.startsWith("0 "));
  return `\nrole ${role} is ${ok ? "ready" : "not ready"}: servers ${told.join(", ")}; ${tools} tools, ${tokens} tokens`;
}
