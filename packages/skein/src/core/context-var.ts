import { changeCurrent, type Context, currentContext, currentValue, MISSING } from './context.ts';
import { LookupError, RuntimeError, ValueError } from './exceptions.ts';
import { repr } from './repr.ts';
import { staysHome } from './stays-home.ts';

/** Takes back what the token remembers; for `reset` alone. */
let takeBack: <T>(token: Token<T>, variable: ContextVar<T>) => void;

/**
 * A variable with a value of its own in every context. Make it at the top level of a module, and export
 * it: a variable is never collected while a context holds a value of it.
 *
 * ```ts
 * export const user = new ContextVar('user', { default: 'nobody' });
 * user.set('ann'); // for this task, and for all that it starts from now on
 * ```
 *
 * Thread        each thread has its own; `toThread` and `executor.with({ context })` carry its value to
 *               the variable of the same name over there
 *
 * @see PEP 567; CPython 3.14, contextvars.ContextVar
 */
export class ContextVar<T> {
  readonly name: string;
  readonly #default: T | typeof MISSING;

  /**
   * @param name - for messages, and for other threads
   * @param options.default - what `get` gives where nothing is set
   * @throws {TypeError} when the name is no string
   */
  constructor(name: string, options?: { readonly default?: T }) {
    if (typeof name !== 'string') {
      throw new TypeError(`context variable name must be a string, got ${repr(name)}`);
    }
    this.name = name;
    this.#default = options !== undefined && 'default' in options ? options.default : MISSING;
  }

  /**
   * The value in the current context.
   *
   * @param fallback - instead of the default of the variable, where nothing is set
   * @throws {LookupError} when nothing is set and there is no default
   */
  get(): T;
  get<D>(fallback: D): T | D;
  get(...fallback: unknown[]): unknown {
    const value = currentValue(this);
    if (value !== MISSING) return value;
    if (fallback.length > 0) return fallback[0];
    if (this.#default !== MISSING) return this.#default;
    throw new LookupError(
      `${this} has no value in the current context; set it before, give get() a fallback, or the ` +
        'variable a default',
    );
  }

  /**
   * Sets the value in the current context.
   *
   * @returns what takes it back: `variable.reset(token)`, or `using token = variable.set(…)`
   */
  set(value: T): Token<T> {
    const old = currentValue(this);
    const context = changeCurrent(this, value);
    return new Token<T>(this, context, old as T | typeof MISSING);
  }

  /**
   * Sets the value back to what it was before the `set` that gave `token`.
   *
   * @throws {RuntimeError} when the token was used before
   * @throws {ValueError} when it is of another variable, or of another context
   */
  reset(token: Token<T>): void {
    if (!(token instanceof Token)) {
      throw new TypeError(`reset() takes what set() has returned, got ${repr(token)}`);
    }
    takeBack(token, this);
  }

  toString(): string {
    return `<ContextVar ${repr(this.name)}>`;
  }
}

/** What `ContextVar.set` returns: takes the value back, once. */
export class Token<T> implements Disposable {
  /** What `oldValue` is where nothing was set before. */
  static readonly MISSING: typeof MISSING = MISSING;

  readonly var: ContextVar<T>;
  readonly oldValue: T | typeof MISSING;
  readonly #context: Context;
  #used: boolean = false;

  static {
    takeBack = (token, variable) => token.#takeBack(variable);
  }

  /** @internal */
  constructor(variable: ContextVar<T>, context: Context, oldValue: T | typeof MISSING) {
    this.var = variable;
    this.oldValue = oldValue;
    this.#context = context;
  }

  /** `reset`, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.#takeBack(this.var);
  }

  toString(): string {
    return `<Token${this.#used ? ' used' : ''} var=${this.var}>`;
  }

  #takeBack(variable: ContextVar<T>): void {
    if (this.#used) {
      throw new RuntimeError(
        `${this} has already been used once; each set() gives a token of its own`,
      );
    }
    if (this.var !== variable) {
      throw new ValueError(`${this} was created by a different ContextVar than ${variable}`);
    }
    if (currentContext() !== this.#context) {
      throw new ValueError(
        `${this} was created in a different Context; a value is reset in the task that has set it`,
      );
    }
    this.#used = true;
    changeCurrent(variable, this.oldValue);
  }
}

const why = 'each thread has its own; send its value, or use executor.with({ context })';
staysHome(ContextVar, 'a context variable', why);
staysHome(Token, 'the token of a context variable', why);
