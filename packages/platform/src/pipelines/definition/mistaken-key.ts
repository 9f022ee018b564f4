import { closest } from "./closest.ts";

/** What other CI systems call things, and what they are called here. */
const elsewhere: Readonly<Record<string, string>> = {
  script: "commands",
  run: "commands",
  env: "environment",
  variables: "environment",
  needs: "depends_on",
  dependencies: "depends_on",
  timeout: "timeout_minutes",
  if: "when",
  only: "when",
  rules: "when",
  jobs: "steps",
  stages: "steps",
  trigger: "on",
  triggers: "on",
  merge_request: "mr",
  merge_requests: "mr",
  pull_request: "mr",
  deployment: "deploy",
  expires_in: "expires",
  expire_in: "expires",
};

/**
 * What the author of an unknown key most likely meant. Unknown keys are ignored; but ignoring a misspelt `depends_on`, or
 * the `script` of another system, would give a pipeline that succeeds without having done what it was written for.
 *
 * @param known the keys that can stand there
 */
export function meantKey(key: string, known: readonly string[]): string | undefined {
  if (known.includes(key)) return undefined;
  const translated = Object.hasOwn(elsewhere, key) ? elsewhere[key] : undefined;
  if (translated !== undefined && known.includes(translated)) return translated;
  return closest(key, known);
}
