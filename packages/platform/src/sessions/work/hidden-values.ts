/** What an agent may get of the platform's environment that is no secret. */
const publicVariables = /^(ANTHROPIC_BASE_URL|NODE_EXTRA_CA_CERTS|no_proxy|.*_MODEL|.*_REGION)$/i;

/**
 * The values that must not show in what an agent prints: all secrets, and what it got of the platform's environment but
 * for what is known to be none. Of an address, such as a proxy's, only the password is hidden.
 */
export function hiddenValues(
  secrets: ReadonlyMap<string, string>,
  inherited: Readonly<Record<string, string>>,
): readonly string[] {
  const own = Object.entries(inherited).filter(([name]) => !publicVariables.test(name));
  return [...secrets.values(), ...own.flatMap(([, value]) => secretsIn(value))];
}

function secretsIn(value: string): string[] {
  if (!/^https?:/i.test(value) || !URL.canParse(value)) return [value];
  const { password } = new URL(value);
  return password === "" ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
