import { move } from 'piscina';

/** Gives the bytes back, and keeps nothing. */
export const echo = (bytes) => move(bytes.buffer);
