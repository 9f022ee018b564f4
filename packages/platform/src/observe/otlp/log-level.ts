import { logs } from "@platform-mcp/client/contract";

const synonyms: Readonly<Record<string, logs.LogLevel>> = {
  ...{ verbose: "trace", finest: "trace", finer: "trace", silly: "trace", fine: "debug", dbg: "debug" },
  ...{ information: "info", informational: "info", notice: "info", log: "info", warning: "warn" },
  ...{ err: "error", severe: "error", failure: "error" },
  ...{ critical: "fatal", crit: "fatal", alert: "fatal", emerg: "fatal", emergency: "fatal", panic: "fatal" },
};

/** The level that a severity stands for: by its text if that is known (`WARNING`, `Error2`), else by its number. */
export function logLevelOf(severityText: string, severityNumber: number): logs.LogLevel {
  const word = severityText.trim().toLowerCase().replace(/\d$/, "");
  const named = logs.logLevels.find((level) => level === word);
  if (named !== undefined) return named;
  if (Object.hasOwn(synonyms, word)) return synonyms[word] ?? "info";
  // Four numbers to each level, from 1; 0 says nothing.
  return (severityNumber > 0 ? logs.logLevels[Math.floor((severityNumber - 1) / 4)] : undefined) ?? "info";
}
