import type { CheckReport } from "./check-access.ts";
import type { Access, Problem, Verdict } from "./report.ts";

const remedies: Readonly<Record<string, string>> = {
  platform: "start the platform, or set PLATFORM_API_URL to where it is",
  token: "set PLATFORM_API_TOKEN, or PLATFORM_API_TOKEN_FILE, to a token that this platform has issued",
  project: "set PROJECT_ID to a project that this token may see",
};

/** What a server's check says, as verdicts; a token is not judged when the platform could not be asked. */
export function accessOf({ steps, tools }: CheckReport): Access {
  const verdict = (name: string): Verdict => steps.find((step) => step.name === name)?.ok ?? null;
  const platform = verdict("platform");
  const token = verdict("token");
  return { platform, token: platform === false && token === false ? null : token, project: verdict("project"), tools };
}

/** What a server's check found wrong. */
export function accessProblems({ steps, tools }: CheckReport): Problem[] {
  const failed = steps.filter(({ ok }) => !ok);
  // When the platform does not answer, whatever was asked of it fails for that reason.
  const unreachable = failed.filter(({ name }) => name === "platform");
  const told = unreachable.length > 0 ? unreachable : failed;
  return [
    ...told.map(({ name, detail }) => ({ subject: name, detail, remedy: remedies[name] ?? "" })),
    ...tools.flatMap(({ name, missing, bound }) =>
      missing === null || missing.length === 0 || bound
        ? []
        : [
            {
              subject: name,
              detail: `the token lacks ${missing.join(", ")}`,
              remedy: "use a token with that scope from somebody who holds it, or put the tool in PLATFORM_TOOLS_DENY",
            },
          ],
    ),
  ];
}
