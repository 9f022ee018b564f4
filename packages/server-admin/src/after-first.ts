import { ClientError } from "@platform-mcp/client";
import { AdvisedError } from "@platform-mcp/server-kit";

/** What a later one of several changes answers. @throws AdvisedError that says what was done before it failed */
export async function afterFirst<Answer>(done: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof ClientError ? new AdvisedError(error, done) : error;
  }
}
