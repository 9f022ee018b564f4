import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, delegations, issues, pipelines, projects, readConfig, users } from "@platform-mcp/client";
import {
  createLogger,
  importProject,
  issueToken,
  type Platform,
  readPlatformConfig,
  startPlatform,
} from "@platform-mcp/platform";
import { withExampleRepository } from "../start/example-repository.ts";
import type { Reviewer } from "./hands.ts";
import { reviewerOf } from "./reviewer.ts";

/** A platform with all that the story needs, in a temporary directory. */
export interface Stage extends AsyncDisposable {
  /** A directory for the agent's clone, its home and its files. */
  readonly directory: string;
  readonly reviewer: Reviewer;
  /** What the agent's servers need to know. */
  readonly environment: {
    readonly PLATFORM_API_URL: string;
    readonly PLATFORM_API_TOKEN: string;
    readonly PROJECT_ID: string;
  };
  /** Where the agent clones from. */
  readonly repository: string;
}

const request = {
  title: "Show only the newest greetings",
  body: "`GET /api/greetings` gives all greetings there are. Let callers say how many they want with `?limit=2`: the newest.",
  labels: ["enhancement"],
};

/**
 * Starts a platform with the example project, an issue, and an agent that works for the user admin: it holds what admin
 * has delegated to it on this one project, and may merge only what is green and approved.
 *
 * @param scopes what the agent's token is good for
 */
export async function setStage(scopes: readonly string[]): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), "platform-demo-"));
  const removeAll = () => rm(directory, { recursive: true, force: true, maxRetries: 3 });
  try {
    const config = readPlatformConfig({
      PLATFORM_LISTEN: "127.0.0.1:0",
      PLATFORM_DATA: join(directory, "platform"),
      PLATFORM_LOG_LEVEL: "warn",
    });
    await mkdir(config.dataDirectory, { mode: 0o700 });
    const log = join(directory, "platform.log");
    const platform = await startPlatform(config, createLogger(config.logLevel, log));
    try {
      const scene = await setScene(platform, scopes);
      const close = async () => {
        await scene.close();
        await platform.close();
        await removeAll();
      };
      return { ...scene, directory, [Symbol.asyncDispose]: close };
    } catch (error) {
      await platform.close();
      throw error;
    }
  } catch (error) {
    await removeAll();
    throw error;
  }
}

async function setScene({ url, db, repositories }: Platform, scopes: readonly string[]) {
  const project = await withExampleRepository((source) =>
    importProject(db, repositories, {
      source,
      owner: "admin",
      name: "hello-web",
      visibility: "private",
      onProgress: () => {},
    }),
  );
  const { id: project_id, owner_id } = project;
  const tokenOf = async (userId: string, scopes: readonly string[], projectId: string | null) =>
    (await issueToken(db, { userId, name: "demo", scopes, projectId, expiresInDays: 1 })).token;
  const admin = createClient({
    config: readConfig({ PLATFORM_API_URL: url, PLATFORM_API_TOKEN: await tokenOf(owner_id, [], null) }),
    product: "demo",
  });

  await admin.call(projects.updateProject, {
    project_id,
    body: { merge_requires_pipeline: true, merge_requires_approval: true },
  });
  await admin.call(issues.createIssue, { project_id, body: request });
  const agent = await admin.call(users.createUser, {
    body: { name: "agent", email: "agent@localhost.invalid", user_type: "agent" },
  });
  for (const permission of ["project:read", "project:write"] as const) {
    await admin.call(delegations.createDelegation, { body: { delegate_id: agent.id, permission, project_id } });
  }
  // What was imported has not been pushed: its pipeline is started by hand, and brings it to production.
  await admin.call(pipelines.createPipeline, { project_id, body: { git_ref: project.default_branch } });
  return {
    reviewer: reviewerOf(admin, project_id, project.default_branch),
    environment: {
      PLATFORM_API_URL: url,
      PLATFORM_API_TOKEN: await tokenOf(agent.id, scopes, project_id),
      PROJECT_ID: project_id,
    },
    repository: `${url.replace("://", "://agent@")}/admin/hello-web.git`,
    close: () => admin.close(),
  };
}
