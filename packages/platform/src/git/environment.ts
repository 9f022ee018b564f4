/** The object that every repository knows without storing it. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * What git is told on every run. It travels in the environment rather than in a file, so that nothing on the disk can
 * go missing or be out of date. Git drops these for commands that it starts on another repository: import.ts sees to that.
 */
const settings: Readonly<Record<string, string>> = {
  // The data directory may belong to another user than the one we run as (a volume in a pod).
  "safe.directory": "*",
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.quotePath": "false",
  // Newer versions read .gitattributes from HEAD of a bare repository; what is text must not depend on the version.
  "attr.tree": emptyTree,
  "gc.auto": "0",
  "maintenance.auto": "false",
  // What a client was told is on the disk, as in the database: git's default leaves refs and single objects to luck.
  "core.fsync": "objects,derived-metadata,reference",
};

/**
 * The environment of a git process: nothing of the caller's git configuration reaches it.
 *
 * @param more variables that this process gets besides
 * @param moreSettings git settings by name, over the usual ones
 */
export function gitEnvironment(
  more: Readonly<Record<string, string>> = {},
  moreSettings: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const entries = Object.entries({ ...settings, ...moreSettings });
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(
      entries.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...more,
  };
}
