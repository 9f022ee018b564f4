const longest = { name: 50, text: 500 };

/** A greeting that cannot be taken; the message is meant for whoever sent it. */
export class InvalidGreeting extends Error {}

/** The guest book. It lives in memory: a restart empties it. */
export class Greetings {
  #greetings = [];

  /** All greetings, newest first. */
  list() {
    return [...this.#greetings].reverse();
  }

  /** Adds a greeting and returns it. Throws InvalidGreeting when a part is missing or too long. */
  add(input) {
    const greeting = {
      id: this.#greetings.length + 1,
      name: readText(input, "name"),
      text: readText(input, "text"),
      created_at: new Date().toISOString(),
    };
    this.#greetings.push(greeting);
    return greeting;
  }
}

function readText(input, key) {
  const value = input?.[key];
  if (typeof value !== "string" || value.trim() === "") throw new InvalidGreeting(`${key} is missing`);
  if (value.trim().length > longest[key]) throw new InvalidGreeting(`${key} is longer than ${longest[key]} characters`);
  return value.trim();
}
