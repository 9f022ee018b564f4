/** What came of sending a delivery once. */
export type Attempt =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfter: string | undefined }
  /** Nothing came back. `isFinal`: nor will it. */
  | { readonly kind: "failed"; readonly message: string; readonly isFinal: boolean };

/** What an attempt means for its delivery. */
export interface Verdict {
  readonly status: "delivered" | "failed" | "pending";
  readonly response_status: number | null;
  readonly error: string | null;
  /** Seconds until it is tried again; null when it is not. */
  readonly delay: number | null;
}

/** Seconds from each attempt to the next: eight attempts in about a day, for a receiver that is mended the next morning. */
const delays = [10, 60, 300, 1_800, 7_200, 21_600, 57_600];
/** Seconds that a receiver can ask to be left alone. */
const longestWish = 86_400;

/**
 * Decides what becomes of a delivery after it was sent.
 * @param earlier how often it was sent before that
 * @param random from 0 to 1: what failed together is not all tried again at once
 */
export function judge(attempt: Attempt, earlier: number, now: number, random: number): Verdict {
  if (attempt.kind === "failed") {
    const delay = attempt.isFinal ? null : delayAfter(earlier, random);
    return { status: delay === null ? "failed" : "pending", response_status: null, error: attempt.message, delay };
  }
  const { status: response_status, retryAfter } = attempt;
  if (response_status >= 200 && response_status < 300) {
    return { status: "delivered", response_status, error: null, delay: null };
  }
  const mayHeal = response_status >= 500 || response_status === 408 || response_status === 429;
  const usual = mayHeal ? delayAfter(earlier, random) : null;
  const delay = usual === null ? null : Math.max(usual, wishedDelay(retryAfter, now));
  const redirects = response_status >= 300 && response_status < 400 ? ": redirects are not followed" : "";
  const error = `it answered ${response_status}${redirects}`;
  return { status: delay === null ? "failed" : "pending", response_status, error, delay };
}

function delayAfter(earlier: number, random: number): number | null {
  const delay = delays[earlier];
  return delay === undefined ? null : delay * (1 + random / 5);
}

/** What a `Retry-After` header asks for, in seconds; 0 when it says nothing. */
function wishedDelay(header: string | undefined, now: number): number {
  const text = header?.trim() ?? "";
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 0), longestWish);
}
