import type { AgentPlan } from "../../../agent.ts";
import type { AgentSettings } from "../agent-settings.ts";

export const settings: AgentSettings = {
  podUrl: "http://platform.platform.svc.cluster.local:8080",
  agentImage: "registry.example:5000/platform-claude-runner:1.0.0",
  agentResources: {
    requests: { cpu: "250m", memory: "1Gi" },
    limits: { cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" },
  },
};

export function agentPlan(changes: Partial<AgentPlan> = {}): AgentPlan {
  return {
    sessionId: "0b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a11",
    projectId: "6d1f0a7e-3f0c-4a3b-8a8e-0d6c3c3b2a10",
    image: settings.agentImage,
    setupCommands: [],
    environment: { SESSION_ID: "0b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a11", AGENT_ROLE: "dev", BRANCH: "agent/0b2c6a54" },
    secrets: { PLATFORM_API_TOKEN: "token-of-the-agent", ANTHROPIC_API_KEY: "key-of-the-model" },
    clone: { path: "/ada/hello.git", user: "agent-0b2c6a54", branch: "agent/0b2c6a54", defaultBranch: "main" },
    options: ["--model", "some-model", "--max-turns", "50"],
    prompt: "Mend the test.",
    mostSeconds: 7800,
    ...changes,
  };
}
