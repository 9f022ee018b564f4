import { auth, issues } from "@platform-mcp/client";
import { ArgumentError, defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { body, labels, number, person, title } from "../arguments.ts";
import { assigneeOf, assigning, notAssigned } from "../assignee.ts";
import { shown } from "../people.ts";

export const updateIssue = defineTool({
  name: "update_issue",
  title: "Update issue",
  description: "Change, close, reopen or assign an issue. What is not given stays.",
  risk: "write",
  idempotent: true,
  input: {
    number,
    title: title.optional(),
    body: body.optional().describe("Replaces all of it"),
    status: z.enum(["open", "closed"]).optional(),
    labels: labels.optional().describe("Replace all"),
    assignee: person.describe("Name, id, me or none"),
  },
  output: { number: z.int(), status: z.string(), assignee: z.string().nullable() },
  uses: [issues.updateIssue, auth.getMe],
  async run({ api, project }, { number, assignee, ...changes }) {
    if (assignee === undefined && Object.keys(changes).length === 0) {
      throw new ArgumentError("give what is to change: title, body, status, labels or assignee");
    }
    const wanted = await assigneeOf(api, assignee);
    const issue = await api.call(issues.updateIssue, {
      project_id: project,
      number,
      body: { ...changes, ...assigning(wanted) },
    });
    const answer = record({
      number: issue.number,
      status: issue.status,
      assignee: shown(issue.assignee_name, issue.assignee_id),
    });
    const missed = notAssigned(wanted, issue);
    return missed.length === 0 ? answer : [answer, note(missed.join(" "))];
  },
});
