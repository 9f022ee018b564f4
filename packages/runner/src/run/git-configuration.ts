/** Who commits what is left when the session ends. */
interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Gives git the token at the moment it is asked for: from the file, which may be rotated, or else from the environment. */
const credentialHelper = [
  "!f() {",
  'test \\"$1\\" = get || exit 0;',
  'test -z \\"$PLATFORM_USER\\" || echo \\"username=$PLATFORM_USER\\";',
  "token=$PLATFORM_API_TOKEN;",
  'test -z \\"$PLATFORM_API_TOKEN_FILE\\" || token=$(cat \\"$PLATFORM_API_TOKEN_FILE\\");',
  'echo \\"password=$token\\";',
  "}; f",
].join(" ");

interface ConfigurationOptions {
  readonly identity: Identity;
  readonly workspace: string;
  /** The platform's base URL: nobody else is given the token. */
  readonly platformUrl: string;
}

/**
 * The git configuration of a session, for the runner and for the agent's own commands. It holds no secret. In a file,
 * since git believes `safe.directory` only there; the clone may belong to another user, who made the container's volume.
 */
export function gitConfiguration({ identity, workspace, platformUrl }: ConfigurationOptions): string {
  return `[user]
	name = ${quoted(identity.name)}
	email = ${quoted(identity.email)}
[safe]
	directory = ${quoted(workspace)}
[push]
	default = current
[credential ${quoted(new URL(platformUrl).origin)}]
	helper =
	helper = "${credentialHelper}"
`;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\p{Cc}/gu, " ")}"`;
}
