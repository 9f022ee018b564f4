/** Where this platform, and so its steps, find programs. */
export const searchPath = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
