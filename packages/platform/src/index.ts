export { createToken } from "./access/tokens.ts";
export { type PlatformConfig, readPlatformConfig } from "./config.ts";
export type { Queryable } from "./db/queryable.ts";
export type { Repositories } from "./git/repositories.ts";
export { openStore, type Platform, type Store, startPlatform } from "./platform.ts";
export { importProject, projectNameOf } from "./projects/import-project.ts";
export { type ActiveProject, findProjectByName } from "./projects/queries.ts";
export { UserError } from "./user-error.ts";
