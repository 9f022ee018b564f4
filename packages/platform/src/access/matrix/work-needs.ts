import { alertNeeds } from "./alert-needs.ts";
import { deployNeeds } from "./deploy-needs.ts";
import { allOf, everywhere, type Need, noAgent, notThere, onProject } from "./need.ts";
import { observeNeeds } from "./observe-needs.ts";

const read = onProject("project:read");
const write = onProject("project:write");
/** The author of something changes it while they may read the project, everybody else by this. */
const byWriters = allOf(read, write);
const byAdministrators = allOf(read, everywhere("admin:users"));

/** What goes on in a project: its pipelines, secrets, issues, merge requests and deployments, in the rows of the table. */
export const workNeeds = {
  "GET /api/projects/{project_id}/pipelines": read,
  "POST /api/projects/{project_id}/pipelines": write,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}": read,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id} (another project's)": notThere("project:read", "pipeline"),
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/cancel": write,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/cancel (another project's)": notThere(
    "project:write",
    "pipeline",
  ),
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/retry": write,
  "POST /api/projects/{project_id}/pipelines/{pipeline_id}/retry (another project's)": notThere(
    "project:write",
    "pipeline",
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs": read,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another project's pipeline)": notThere(
    "project:read",
    "pipeline",
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another project's step)": notThere(
    "project:read",
    "step",
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs (another pipeline's step)": notThere(
    "project:read",
    "step",
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts": read,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts (another project's)": notThere(
    "project:read",
    "pipeline",
  ),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download": read,
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another project's pipeline)":
    notThere("project:read", "pipeline"),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another project's artifact)":
    notThere("project:read", "artifact"),
  "GET /api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download (another pipeline's artifact)":
    notThere("project:read", "artifact"),

  "GET /api/projects/{project_id}/secrets": onProject("secret:read"),
  "POST /api/projects/{project_id}/secrets": onProject("secret:write"),
  "DELETE /api/projects/{project_id}/secrets/{secret_name}": onProject("secret:write"),
  "DELETE /api/projects/{project_id}/secrets/{secret_name} (another project's)": notThere("secret:write", "secret"),
  "DELETE /api/projects/{project_id}/secrets/{secret_name} (the platform's)": notThere("secret:write", "secret"),
  // They reach every project, so no right on one of them is enough, nor one to secrets.
  "GET /api/admin/secrets": everywhere("admin:users"),
  "POST /api/admin/secrets": everywhere("admin:users"),
  "DELETE /api/admin/secrets/{secret_name}": everywhere("admin:users"),

  "GET /api/projects/{project_id}/sessions": read,
  // An agent reads what it works on.
  "POST /api/projects/{project_id}/sessions": allOf(onProject("agent:run"), read),
  "POST /api/projects/{project_id}/sessions (an administrator's)": allOf(
    onProject("agent:run"),
    read,
    everywhere("admin:users"),
  ),
  "GET /api/projects/{project_id}/sessions/{session_id}": read,
  "GET /api/projects/{project_id}/sessions/{session_id} (another project's)": notThere("project:read", "session"),
  "GET /api/projects/{project_id}/sessions/{session_id}/events": read,
  "GET /api/projects/{project_id}/sessions/{session_id}/events (another project's)": notThere(
    "project:read",
    "session",
  ),
  "GET /api/projects/{project_id}/sessions/{session_id}/output": read,
  "GET /api/projects/{project_id}/sessions/{session_id}/output (another project's)": notThere(
    "project:read",
    "session",
  ),
  "POST /api/projects/{project_id}/sessions/{session_id}/message (one's own)": read,
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another's)": byWriters,
  // Who tells an agent what to do holds what it holds.
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another's, that may do more)": allOf(
    byWriters,
    onProject("deploy:read"),
  ),
  "POST /api/projects/{project_id}/sessions/{session_id}/message (another project's)": notThere(
    "project:read",
    "session",
  ),
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (one's own)": read,
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (another's)": byWriters,
  "POST /api/projects/{project_id}/sessions/{session_id}/stop (another project's)": notThere("project:read", "session"),
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (one's own)": allOf(read, noAgent("agent:run")),
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (another's)": allOf(byWriters, noAgent("agent:run")),
  "POST /api/projects/{project_id}/sessions/{session_id}/extend (another project's)": notThere(
    "project:read",
    "session",
  ),

  "GET /api/projects/{project_id}/webhooks": write,
  "POST /api/projects/{project_id}/webhooks": write,
  "GET /api/projects/{project_id}/webhooks/{webhook_id}": write,
  "GET /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": notThere("project:write", "webhook"),
  "PATCH /api/projects/{project_id}/webhooks/{webhook_id}": write,
  "PATCH /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": notThere("project:write", "webhook"),
  "DELETE /api/projects/{project_id}/webhooks/{webhook_id}": write,
  "DELETE /api/projects/{project_id}/webhooks/{webhook_id} (another project's)": notThere("project:write", "webhook"),
  "POST /api/projects/{project_id}/webhooks/{webhook_id}/test": write,
  "POST /api/projects/{project_id}/webhooks/{webhook_id}/test (another project's)": notThere(
    "project:write",
    "webhook",
  ),
  "GET /api/projects/{project_id}/webhooks/{webhook_id}/deliveries": write,
  "GET /api/projects/{project_id}/webhooks/{webhook_id}/deliveries (another project's)": notThere(
    "project:write",
    "webhook",
  ),

  "GET /api/projects/{project_id}/issues": read,
  "POST /api/projects/{project_id}/issues": write,
  "GET /api/projects/{project_id}/issues/{number}": read,
  "PATCH /api/projects/{project_id}/issues/{number} (one's own)": read,
  "PATCH /api/projects/{project_id}/issues/{number} (another's)": byWriters,
  "GET /api/projects/{project_id}/issues/{number}/comments": read,
  "POST /api/projects/{project_id}/issues/{number}/comments": read,
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (one's own)": read,
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (another's)": byAdministrators,
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (in another project)": notThere(
    "project:read",
    "comment",
  ),
  "PATCH /api/projects/{project_id}/issues/{number}/comments/{comment_id} (on a merge request)": notThere(
    "project:read",
    "comment",
  ),

  "GET /api/projects/{project_id}/merge-requests": read,
  "POST /api/projects/{project_id}/merge-requests": write,
  "GET /api/projects/{project_id}/merge-requests/{number}": read,
  "PATCH /api/projects/{project_id}/merge-requests/{number} (one's own)": read,
  "PATCH /api/projects/{project_id}/merge-requests/{number} (another's)": byWriters,
  "POST /api/projects/{project_id}/merge-requests/{number}/merge": write,
  "GET /api/projects/{project_id}/merge-requests/{number}/diff": read,
  "GET /api/projects/{project_id}/merge-requests/{number}/reviews": read,
  "POST /api/projects/{project_id}/merge-requests/{number}/reviews": read,
  "GET /api/projects/{project_id}/merge-requests/{number}/comments": read,
  "POST /api/projects/{project_id}/merge-requests/{number}/comments": read,
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (one's own)": read,
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (another's)": byAdministrators,
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (in another project)": notThere(
    "project:read",
    "comment",
  ),
  "PATCH /api/projects/{project_id}/merge-requests/{number}/comments/{comment_id} (on an issue)": notThere(
    "project:read",
    "comment",
  ),

  ...deployNeeds,
  ...alertNeeds,
  ...observeNeeds,
} as const satisfies Record<string, Need>;
