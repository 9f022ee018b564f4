import { serverBundle } from "../lib/bundles.ts";
import { GitUser } from "../lib/git-user.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { type UsedServer, useServer } from "../lib/used-server.ts";

/** Somebody who works on the project: with a clone of it, and with a server. */
export interface Member extends UsedServer {
  readonly name: string;
  readonly git: GitUser;
  /** The environment of their server. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a member works with. */
export interface MemberTools {
  /** Platform-issues by default. */
  readonly server?: string;
  /** Added to the server's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real platform with one project, whose repository has a first commit on `main`. It goes with all who have joined. */
export interface Team extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly project: TestProject;
  /** Adds somebody who may read and write. */
  join(name: string, tools?: MemberTools): Promise<Member>;
}

export async function openTeam(): Promise<Team> {
  const platform = await startTestPlatform();
  await using first = await GitUser.create();
  await first.commit("one\ntwo\nthree\n");
  const project = await platform.importRepository(first.path, "team");
  const members: Member[] = [];
  return {
    platform,
    project,
    async join(name, tools = {}) {
      const member = await joinTeam(platform, project, name, tools);
      members.push(member);
      return member;
    },
    async [Symbol.asyncDispose]() {
      for (const member of members) await member[Symbol.asyncDispose]();
      await platform.close();
    },
  };
}

async function joinTeam(
  platform: TestPlatform,
  project: TestProject,
  name: string,
  { server: serverName = "platform-issues", env = {} }: MemberTools,
) {
  await platform.addDeveloper(name);
  const token = await platform.tokenFor({ user: name, scopes: [] });
  const git = await cloneFor(platform, project, { name, token });
  const session = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id, ...env };
  const server = await useServer({ file: await serverBundle(serverName), env: session });
  const member: Member = {
    ...server,
    name,
    git,
    env: session,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
  return member;
}

async function cloneFor(platform: TestPlatform, project: TestProject, user: { name: string; token: string }) {
  const git = await GitUser.create();
  const url = new URL(`${platform.url}/admin/${project.name}.git`);
  Object.assign(url, { username: user.name, password: user.token });
  await git.git("remote", "add", "origin", url.href);
  await git.git("fetch", "--quiet", "origin");
  await git.git("checkout", "--quiet", "-B", "main", "origin/main");
  return git;
}
