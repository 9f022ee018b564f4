import { plainGit } from "../../git/testing/plain-git.ts";
import {
  addComment,
  addIssue,
  addMergeRequest,
  addPipeline,
  addSecret,
  addSession,
  addWebhook,
  type Discussed,
  nothings,
  type Things,
} from "../../testing/things-in-project.ts";
import { alertRequests } from "./alert-requests.ts";
import { deployRequests } from "./deploy-requests.ts";
import { observeRequests } from "./observe-requests.ts";
import type { Details, MakeDetails, Scene } from "./requests.ts";
import type { workNeeds } from "./work-needs.ts";

/** What the project of a request holds. */
function thingsOf({ world, target }: Scene): Things {
  return world.things.get(target.id) ?? nothings;
}

/** A request on the scene's project that names these, too. */
function inProject(
  scene: Scene,
  params: Readonly<Record<string, string | number>>,
  more: Partial<Details> = {},
): Details {
  const named = Object.entries({ ...params, project_id: scene.target.id }).map(([name, value]) => [
    name,
    String(value),
  ]);
  return { params: Object.fromEntries(named), ...more };
}

const plain: MakeDetails = (scene) => inProject(scene, {});
const pipeline: MakeDetails = (scene) => inProject(scene, { ...thingsOf(scene).pipeline });
const neighboursPipeline: MakeDetails = (scene) => inProject(scene, { ...scene.world.neighbour.pipeline });
const issue: MakeDetails = (scene) => inProject(scene, { number: thingsOf(scene).issue.number });
const mergeRequest: MakeDetails = (scene) => inProject(scene, { number: thingsOf(scene).mergeRequest.number });

/** The scene's pipeline, with a part of another. */
function withPart(part: "step_id" | "artifact_id", of: (scene: Scene) => Things["pipeline"]): MakeDetails {
  return (scene) => inProject(scene, { ...thingsOf(scene).pipeline, [part]: of(scene)[part] });
}
const neighbours = ({ world }: Scene) => world.neighbour.pipeline;
const otherPipeline = (scene: Scene) => thingsOf(scene).otherPipeline;

async function retry(scene: Scene): Promise<Details> {
  if (!scene.target.exists) return pipeline(scene);
  const { pipeline_id } = await addPipeline(scene.world.platform, scene.target.id);
  return inProject(scene, { pipeline_id });
}

const secretBody = ({ world }: Scene) => ({
  name: `S_${world.unique().replaceAll("-", "_")}`,
  value: "v",
  scope: "all",
});

async function deleteSecret(scene: Scene, projectId: string | null): Promise<Details> {
  const name = `GONE_${scene.world.unique().replaceAll("-", "_")}`;
  if (scene.target.exists) await addSecret(scene.world.platform.db, projectId, name);
  return projectId === null ? { params: { secret_name: name } } : inProject(scene, { secret_name: name });
}

const title = { body: { title: "Another" } };
const said = { body: { body: "Because" } };

/** An issue of the caller's. */
async function ownIssue(scene: Scene): Promise<Discussed> {
  const { world, target, actor } = scene;
  return target.exists ? await addIssue(world.platform.db, target.id, actor.userId) : nothings.issue;
}

/** A merge request of the caller's, between branches of its own. */
async function ownMergeRequest(scene: Scene): Promise<Discussed> {
  const { world, target, actor } = scene;
  if (!target.exists) return nothings.mergeRequest;
  const branches = addBranches(scene);
  return await addMergeRequest(world.platform.db, { projectId: target.id, authorId: actor.userId, ...branches });
}

/** A branch of one commit, and one that goes on from there. */
function addBranches({ world, target }: Scene): { readonly source: string; readonly target: string } {
  const [source, into] = [world.unique(), world.unique()];
  if (target.exists) {
    const { path } = world.platform.repositories.of(target.id);
    plainGit(path, "update-ref", `refs/heads/${source}`, "next");
    plainGit(path, "update-ref", `refs/heads/${into}`, "main");
  }
  return { source, target: into };
}

async function ownComment(scene: Scene, kind: "issue" | "mergeRequest"): Promise<Details> {
  const { world, target, actor } = scene;
  const { id, number, comment_id } = thingsOf(scene)[kind];
  if (!target.exists) return inProject(scene, { number, comment_id }, said);
  const on = { project_id: target.id, ...(kind === "issue" ? { issue_id: id } : { mr_id: id }) };
  return inProject(scene, { number, comment_id: await addComment(world.platform.db, on, actor.userId) }, said);
}

/** A comment under the number of something that it is not on. */
function strayComment(scene: Scene, kind: "issue" | "mergeRequest", { comment_id }: Discussed): Details {
  return inProject(scene, { number: thingsOf(scene)[kind].number, comment_id }, said);
}

const session: MakeDetails = (scene) => inProject(scene, { session_id: thingsOf(scene).session_id });
const neighboursSession: MakeDetails = ({ world, ...scene }) =>
  inProject({ world, ...scene }, { session_id: world.neighbour.session_id });
const events: MakeDetails = async (scene) => ({ ...(await session(scene)), query: { follow: "false" } });

/** A request about a session: the caller's own, or somebody else's that was made for it. */
function aboutSession(body: unknown, whose: "own" | "another's" | "stronger"): MakeDetails {
  return async (scene) => {
    const { world, target, actor } = scene;
    if (!target.exists) return inProject(scene, { session_id: nothings.session_id }, { body });
    const { platform } = world;
    const other = () => platform.idOf("users", "author-of-everything");
    const session_id = await addSession(platform, target.id, whose === "own" ? actor.userId : await other());
    if (whose === "stronger") {
      await platform.lend({ from: "owner", to: `agent-${session_id}`, permission: "deploy:read", project: target.id });
    }
    return inProject(scene, { session_id }, { body });
  };
}

const webhook: MakeDetails = (scene) => inProject(scene, { webhook_id: thingsOf(scene).webhook_id });
const neighboursWebhook: MakeDetails = (scene) => inProject(scene, { webhook_id: scene.world.neighbour.webhook_id });
const withBody =
  (make: MakeDetails, body: unknown): MakeDetails =>
  async (scene) => ({ ...(await make(scene)), body });

/** One that is made to be deleted, or in its place. */
async function freshWebhook({ world, target }: Scene): Promise<string> {
  return target.exists ? await addWebhook(world.platform.db, target.id) : nothings.webhook_id;
}
const hook = { url: "https://hooks.example.com", events: ["push"] };
const prompt = { prompt: "Mend it" };
const content = { content: "And then?" };
const minutes = { minutes: 1 };

/** Requests as those of `requests.ts`, on what goes on in a project. */
export const workRequests: Readonly<Record<keyof typeof workNeeds, MakeDetails>> = {
  "GET /api/projects/{project_id}/pipelines": plain,
  "POST /api/projects/{project_id}/pipelines": (scene) => inProject(scene, {}, { body: { git_ref: "main" } }),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}": pipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id} (another project's)": neighboursPipeline,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/cancel": pipeline,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/cancel (another project's)": neighboursPipeline,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/retry": retry,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/retry (another project's)": neighboursPipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs": pipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another project's pipeline)":
    neighboursPipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another project's step)": withPart(
    "step_id",
    neighbours,
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another pipeline's step)": withPart(
    "step_id",
    otherPipeline,
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts": pipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts (another project's)": neighboursPipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download": pipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another project's pipeline)":
    neighboursPipeline,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another project's artifact)":
    withPart("artifact_id", neighbours),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another pipeline's artifact)":
    withPart("artifact_id", otherPipeline),

  "GET /api/projects/{project_id}/secrets": plain,
  "POST /api/projects/{project_id}/secrets": (scene) => inProject(scene, {}, { body: secretBody(scene) }),
  "DELETE /api/projects/{project_id}/secrets/{secret_name}": (scene) => deleteSecret(scene, scene.target.id),
  "DELETE /api/projects/{project_id}/secrets/{secret_name} (another project's)": (scene) =>
    inProject(scene, { secret_name: scene.world.neighbour.secret }),
  "DELETE /api/projects/{project_id}/secrets/{secret_name} (the platform's)": async (scene) =>
    inProject(scene, (await deleteSecret(scene, null)).params ?? {}),
  "GET /api/admin/secrets": () => ({}),
  "POST /api/admin/secrets": (scene) => ({ body: secretBody(scene) }),
  "DELETE /api/admin/secrets/{secret_name}": (scene) => deleteSecret(scene, null),

  "GET /api/projects/{project_id}/sessions": plain,
  "POST /api/projects/{project_id}/sessions": (scene) => inProject(scene, {}, { body: prompt }),
  "POST /api/projects/{project_id}/sessions (an administrator's)": (scene) =>
    inProject(scene, {}, { body: { ...prompt, config: { role: "admin" } } }),
  "GET /api/projects/{project_id}/sessions/{session_id}": session,
  "GET /api/projects/{project_id}/sessions/{session_id} (another project's)": neighboursSession,
  "GET /api/projects/{project_id}/sessions/{session_id}/events": events,
  "GET /api/projects/{project_id}/sessions/{session_id}/events (another project's)": neighboursSession,
  "GET /api/projects/{project_id}/sessions/{session_id}/output": session,
  "GET /api/projects/{project_id}/sessions/{session_id}/output (another project's)": neighboursSession,
  "POST /api/projects/{project_id}/sessions/{session_id}/message (one's own)": aboutSession(content, "own"),
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another's)": aboutSession(content, "another's"),
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another's, that may do more)": aboutSession(
    content,
    "stronger",
  ),
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another project's)": async (scene) => ({
    ...(await neighboursSession(scene)),
    body: content,
  }),
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (one's own)": aboutSession(undefined, "own"),
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (another's)": aboutSession(undefined, "another's"),
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (another project's)": neighboursSession,
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (one's own)": aboutSession(minutes, "own"),
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (another's)": aboutSession(minutes, "another's"),
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (another project's)": async (scene) => ({
    ...(await neighboursSession(scene)),
    body: minutes,
  }),

  "GET /api/projects/{project_id}/webhooks": plain,
  "POST /api/projects/{project_id}/webhooks": withBody(plain, hook),
  "GET /api/projects/{project_id}/webhooks/{webhook_id}": webhook,
  "GET /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": neighboursWebhook,
  "PATCH /api/projects/{project_id}/webhooks/{webhook_id}": withBody(webhook, { active: false }),
  "PATCH /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": withBody(neighboursWebhook, {}),
  "DELETE /api/projects/{project_id}/webhooks/{webhook_id}": async (scene) =>
    inProject(scene, { webhook_id: await freshWebhook(scene) }),
  "DELETE /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": neighboursWebhook,
  "POST /api/projects/{project_id}/webhooks/{webhook_id}/test": webhook,
  "POST /api/projects/{project_id}/webhooks/{webhook_id}/test (another project's)": neighboursWebhook,
  "GET /api/projects/{project_id}/webhooks/{webhook_id}/deliveries": webhook,
  "GET /api/projects/{project_id}/webhooks/{webhook_id}/deliveries (another project's)": neighboursWebhook,

  "GET /api/projects/{project_id}/issues": plain,
  "POST /api/projects/{project_id}/issues": (scene) => inProject(scene, {}, title),
  "GET /api/projects/{project_id}/issues/{number}": issue,
  "PATCH /api/projects/{project_id}/issues/{number} (one's own)": async (scene) =>
    inProject(scene, { number: (await ownIssue(scene)).number }, title),
  "PATCH /api/projects/{project_id}/issues/{number} (another's)": (scene) =>
    inProject(scene, { number: thingsOf(scene).issue.number }, title),
  "GET /api/projects/{project_id}/issues/{number}/comments": issue,
  "POST /api/projects/{project_id}/issues/{number}/comments": (scene) =>
    inProject(scene, { number: thingsOf(scene).issue.number }, said),
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (one's own)": (scene) =>
    ownComment(scene, "issue"),
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (another's)": (scene) =>
    strayComment(scene, "issue", thingsOf(scene).issue),
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (in another project)": (scene) =>
    strayComment(scene, "issue", scene.world.neighbour.issue),
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (on a merge request)": (scene) =>
    strayComment(scene, "issue", thingsOf(scene).mergeRequest),

  "GET /api/projects/{project_id}/merge-requests": plain,
  "POST /api/projects/{project_id}/merge-requests": (scene) => {
    const { source, target } = addBranches(scene);
    return inProject(scene, {}, { body: { source_branch: source, target_branch: target, title: "Mend it" } });
  },
  "GET /api/projects/{project_id}/merge-requests/{number}": mergeRequest,
  "PATCH /api/projects/{project_id}/merge-requests/{number} (one's own)": async (scene) =>
    inProject(scene, { number: (await ownMergeRequest(scene)).number }, title),
  "PATCH /api/projects/{project_id}/merge-requests/{number} (another's)": (scene) =>
    inProject(scene, { number: thingsOf(scene).mergeRequest.number }, title),
  "POST /api/projects/{project_id}/merge-requests/{number}/merge": async (scene) =>
    inProject(scene, { number: (await ownMergeRequest(scene)).number }, { body: {} }),
  "GET /api/projects/{project_id}/merge-requests/{number}/diff": mergeRequest,
  "GET /api/projects/{project_id}/merge-requests/{number}/reviews": mergeRequest,
  "POST /api/projects/{project_id}/merge-requests/{number}/reviews": (scene) =>
    inProject(scene, { number: thingsOf(scene).mergeRequest.number }, { body: { verdict: "comment", body: "Hm" } }),
  "GET /api/projects/{project_id}/merge-requests/{number}/comments": mergeRequest,
  "POST /api/projects/{project_id}/merge-requests/{number}/comments": (scene) =>
    inProject(scene, { number: thingsOf(scene).mergeRequest.number }, said),
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (one's own)": (scene) =>
    ownComment(scene, "mergeRequest"),
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (another's)": (scene) =>
    strayComment(scene, "mergeRequest", thingsOf(scene).mergeRequest),
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (in another project)": (scene) =>
    strayComment(scene, "mergeRequest", scene.world.neighbour.mergeRequest),
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (on an issue)": (scene) =>
    strayComment(scene, "mergeRequest", thingsOf(scene).issue),

  ...deployRequests,
  ...alertRequests,
  ...observeRequests,
};
