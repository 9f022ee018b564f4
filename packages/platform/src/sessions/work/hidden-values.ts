/** What an agent may get of the platform's environment that is no secret. */
const publicVariables = /^(ANTHROPIC_BASE_URL|NODE_EXTRA_CA_CERTS|no_proxy|.*_MODEL|.*_REGION)$/i;

/**
 * The values that must not show in what an agent prints: all secrets, and what it got of the platform's environment but
 * for what is known to be none. Of a web address, such as a proxy's, only what lets in is hidden: the password, or a name
 * without one.
 */
export function hiddenValues(
  secrets: ReadonlyMap<string, string>,
  inherited: Readonly<Record<string, string>>,
): readonly string[] {
  const own = Object.entries(inherited).filter(([name]) => !publicVariables.test(name));
  return [...secrets.values(), ...own.flatMap(([, value]) => secretsIn(value))];
}

function secretsIn(value: string): string[] {
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value);
  if (!isAddress) return [value];
  const { protocol, username, password } = new URL(value);
  const secret = password || username;
  return [...(/^https?:$/.test(protocol) ? [] : [value]), ...(secret === "" ? [] : [secret, decoded(secret)])];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
