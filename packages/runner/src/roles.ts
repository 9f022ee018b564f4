/** The servers there are, by domain: `core` is the server `platform-core` and the bundle `platform-core.js`. */
export const domains = ["core", "pipeline", "issues", "deploy", "observe", "admin"] as const;
export type Domain = (typeof domains)[number];

/** The server variables whose default a role may set: those that shape what its servers offer, and no credential. */
export const optionVariables = [
  "PLATFORM_CROSS_PROJECT",
  "PLATFORM_CONFIRM",
  "PLATFORM_READ_ONLY",
  "PLATFORM_TOOLS_ALLOW",
  "PLATFORM_TOOLS_DENY",
  "PLATFORM_MCP_OUTPUT",
  "PLATFORM_MCP_RESULT_TOKENS",
] as const;
export type OptionVariable = (typeof optionVariables)[number];

/** An agent role: which servers a session loads. (The platform's own roles are access control, and another thing.) */
export interface Role {
  readonly name: string;
  readonly servers: readonly Domain[];
  /** Those whose tools the model sees from the start; it has to search for the tools of the others. */
  readonly hot: readonly Domain[];
  /** Values that hold where the environment sets none. */
  readonly defaults: Readonly<Partial<Record<OptionVariable, string>>>;
}

/** Each role by its name. */
export type Roles = ReadonlyMap<string, Role>;

const builtIn: readonly Role[] = [
  // All of it: the definitions of its 30-odd tools cost less than the turns spent on searching for the ones of each job.
  { name: "dev", servers: ["core", "pipeline", "issues"], hot: ["core", "pipeline", "issues"], defaults: {} },
  { name: "ops", servers: ["core", "pipeline", "deploy", "observe"], hot: ["core", "deploy", "observe"], defaults: {} },
  { name: "admin", servers: domains, hot: ["core", "admin"], defaults: { PLATFORM_CROSS_PROJECT: "1" } },
  { name: "ui", servers: ["core", "issues"], hot: ["core", "issues"], defaults: {} },
];

/** The roles that exist everywhere. */
export const roles: Roles = new Map(builtIn.map((role) => [role.name, role]));

/** The role of a session for which none was chosen. */
export const defaultRole = "dev";
