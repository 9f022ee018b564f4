import { auth, issues } from "@platform-mcp/client";
import { defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { body, labels, person, title } from "../arguments.ts";
import { assigneeOf, assigning, notAssigned } from "../assignee.ts";

export const createIssue = defineTool({
  name: "create_issue",
  title: "Create issue",
  description: "Open an issue. Look with list_issues for one that is there already.",
  risk: "write",
  input: {
    title,
    body: body.optional().describe("Markdown"),
    labels: labels.optional(),
    assignee: person.describe("Name, id or me"),
  },
  output: { number: z.int(), status: z.string() },
  uses: [issues.createIssue, auth.getMe],
  async run({ api, project }, { assignee, ...issue }) {
    const wanted = await assigneeOf(api, assignee);
    const created = await api.call(issues.createIssue, {
      project_id: project,
      body: { ...issue, ...assigning(wanted) },
    });
    const { number, status } = created;
    const next = `A merge request whose body says "closes #${number}" closes it when it is merged.`;
    return [record({ number, status }), note([...notAssigned(wanted, created), next].join(" "))];
  },
});
