declare const PLATFORM_MCP_BUILD: { readonly version: string; readonly commit: string } | undefined;

/** Version and commit of this build: the bundler defines them, source runs say `dev`. */
export const build =
  typeof PLATFORM_MCP_BUILD === "undefined" ? { version: "0.1.0-dev", commit: "source" } : PLATFORM_MCP_BUILD;
