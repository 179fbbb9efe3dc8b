/*
 * As much of AbortSignal and AbortController as the core uses. They are no part of ECMAScript, so the
 * environment makes them.
 */

declare global {
  // The type of the platform, whatever that says of it; here nothing is known but that it exists.
  interface AbortSignal {}
}

export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface AbortControllerLike {
  readonly signal: AbortSignalLike;
  abort(reason: unknown): void;
}
