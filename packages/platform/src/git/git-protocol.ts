/** The protocol version that a client asks for: nothing else of `Git-Protocol` reaches git. */
const accepted = /^version=[0-2](?::[0-9A-Za-z]+(?:=[0-9A-Za-z]+)?){0,8}$/;

/** The environment that hands a `Git-Protocol` header on to git; a header that is not well-formed is left out. */
export function protocolEnvironment(header: string | undefined): Record<string, string> {
  return header !== undefined && accepted.test(header) ? { GIT_PROTOCOL: header } : {};
}
