declare const PLATFORM_MCP_BUILD: { readonly version: string; readonly commit: string } | undefined;

/** Version and commit of this build: the bundler defines them; undefined when the sources run unbundled. */
export const build = typeof PLATFORM_MCP_BUILD === "undefined" ? undefined : PLATFORM_MCP_BUILD;
