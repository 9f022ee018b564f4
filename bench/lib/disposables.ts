/** Things that were opened one after the other, closed in reverse. */
export class Disposables implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];

  /** Does what opens them; when that fails, what it had opened is closed. */
  static async open<Result>(work: (opened: Disposables) => Promise<Result>): Promise<Result & AsyncDisposable> {
    const opened = new Disposables();
    try {
      return { ...(await work(opened)), [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      throw error;
    }
  }

  use<One extends AsyncDisposable>(one: One): One {
    this.#opened.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let one = this.#opened.pop(); one !== undefined; one = this.#opened.pop()) await one[Symbol.asyncDispose]();
  }
}
