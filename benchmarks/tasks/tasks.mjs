// What the threads do, the same for every pool: next to nothing, so that the pool itself is seen.

export const increment = (x) => x + 1;

export const echo = (value) => value;
