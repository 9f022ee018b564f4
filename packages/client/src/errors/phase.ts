/** Where in its life a request was: connecting, waiting for the answer's headers, or reading the answer's body. */
export type Phase = "connect" | "headers" | "body";
