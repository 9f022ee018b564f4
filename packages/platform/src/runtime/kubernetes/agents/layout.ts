/** Where things are in an agent's containers. */
export const layout = {
  workspace: "/workspace",
  home: "/home/agent",
  /** Made when it is needed; as part of home, it can be written. */
  rescue: "/home/agent/rescue",
  temporary: "/tmp",
  /** Node, Claude Code, git, servers and the runner, for images that have none of them. */
  tools: "/opt/agent",
  /** Where the same volume is while it is being filled. */
  newTools: "/opt/new-agent",
  prompt: "/run/agent/prompt",
  setup: "/run/agent/setup",
} as const;
