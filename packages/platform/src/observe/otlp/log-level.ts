import { logs } from "@platform-mcp/client/contract";

const synonyms: Readonly<Record<string, logs.LogLevel>> = {
  ...{ verbose: "trace", finest: "trace", finer: "trace", silly: "trace", fine: "debug", dbg: "debug" },
  ...{ information: "info", informational: "info", notice: "info", log: "info", warning: "warn" },
  ...{ err: "error", severe: "error", failure: "error" },
  ...{ critical: "fatal", crit: "fatal", alert: "fatal", emerg: "fatal", emergency: "fatal", panic: "fatal" },
};

/** The level that a word names, in any case (`WARNING`, `Error2`); undefined for one that names none. */
export function namedLevel(text: string): logs.LogLevel | undefined {
  const word = text.trim().toLowerCase().replace(/\d$/, "");
  const named = logs.logLevels.find((level) => level === word);
  return named ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined);
}

/** The level that a severity stands for: by its text if that is known, else by its number. */
export function logLevelOf(severityText: string, severityNumber: number): logs.LogLevel {
  const named = namedLevel(severityText);
  if (named !== undefined) return named;
  // Four numbers to each level, from 1; 0 says nothing.
  return (severityNumber > 0 ? logs.logLevels[Math.floor((severityNumber - 1) / 4)] : undefined) ?? "info";
}
