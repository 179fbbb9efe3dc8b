/** What a generator is left by before its end. */
interface Left {
  return(value: never): unknown;
  throw(error: unknown): unknown;
}

/**
 * Has `end` called at once when the generator is left. Its `finally` block alone is not enough: one that was
 * never begun does not come to it, and an asynchronous one only when what it waits for has come.
 */
export function endedWhenLeft<G extends Left>(generator: G, end: () => void): G {
  const leave = generator.return.bind(generator);
  const fail = generator.throw.bind(generator);
  const over: Left = {
    return: (value) => {
      end();
      return leave(value);
    },
    throw: (error) => {
      end();
      return fail(error);
    },
  };
  return Object.assign(generator, over);
}
