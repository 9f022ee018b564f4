import { platformCredential } from "@platform-mcp/client";

interface Shape {
  readonly of: string;
  /**
   * Precise enough not to hit prose, hashes or ids. Reads a text in linear time: quantifiers have a bound, or stand at
   * the end, or begin where the run of their own characters begins. A group that matches first is kept.
   */
  readonly shape: RegExp;
}

/** Credentials whose form gives them away. */
export const credentialShapes: readonly Shape[] = [
  { of: "this platform", shape: platformCredential },
  { of: "GitHub", shape: /\bgh[pousr]_[A-Za-z0-9]{36,255}/g },
  { of: "GitHub, fine-grained", shape: /\bgithub_pat_[A-Za-z0-9_]{50,255}/g },
  { of: "GitLab", shape: /\bgl(?:pat|ptt|dt|rt|ft|soat|cbt)-[A-Za-z0-9_-]{20,255}/g },
  { of: "npm", shape: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { of: "PyPI", shape: /\bpypi-[A-Za-z0-9_-]{50,255}/g },
  { of: "Anthropic", shape: /\bsk-ant-[A-Za-z0-9_-]{20,255}/g },
  { of: "OpenAI", shape: /\bsk-(?:proj-|svcacct-)?(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{40,255}/g },
  { of: "Hugging Face", shape: /\bhf_[A-Za-z0-9]{30,60}\b/g },
  { of: "Slack", shape: /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { of: "Stripe", shape: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g },
  { of: "AWS access key id", shape: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { of: "Google API key", shape: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { of: "Google OAuth", shape: /\bya29\.[A-Za-z0-9_-]{20,1000}/g },
  { of: "SendGrid", shape: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g },
  { of: "DigitalOcean", shape: /\bdo[opr]_v1_[0-9a-f]{64}\b/g },
  {
    of: "JSON Web Token",
    shape: /(?<![A-Za-z0-9_-])ey[A-Za-z0-9_-]{15,2000}\.ey[A-Za-z0-9_-]{15,8000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  {
    of: "Authorization header",
    shape: /(\bAuthorization["']?:[ \t]{0,10}["']?(?:Bearer|Basic|token)[ \t]{1,10})[A-Za-z0-9._~+/=-]{8,4000}/gi,
  },
  {
    of: "password in a URL",
    shape: /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/gi,
  },
];
