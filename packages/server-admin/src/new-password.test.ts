import { platformCredential } from "@platform-mcp/client";
import { expect, test } from "vitest";
import { newPassword } from "./new-password.ts";

test("a password that is made up is masked wherever a session is kept", () => {
  const said = `Give them ${newPassword()} to begin with.`;
  expect(said.replace(platformCredential, "***")).toBe("Give them *** to begin with.");
  expect(newPassword()).not.toBe(newPassword());
});
