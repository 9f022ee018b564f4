export { type Bundles, findBundles } from "./bundles.ts";
export { chooseRole } from "./choose-role.ts";
export { definitionTokens } from "./definition-tokens.ts";
export type { DoctorReport, ServerReport } from "./doctor/report.ts";
export { type DoctorOptions, runDoctor } from "./doctor/run-doctor.ts";
export { doctorTable } from "./doctor/table.ts";
export {
  bundlePath,
  type McpConfig,
  type McpConfigOptions,
  mcpConfig,
  type ServerEntry,
  serverName,
} from "./mcp-config.ts";
export { type Domain, defaultRole, domains, type OptionVariable, type Role, type Roles, roles } from "./roles.ts";
export { loadRoles } from "./roles-file.ts";
export { readSessionSettings } from "./run/session-settings.ts";
export { RunnerError } from "./runner-error.ts";
