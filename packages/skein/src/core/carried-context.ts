import { carriedIn, type Context } from './context.ts';
import type { ContextVar } from './context-var.ts';
import { RuntimeError } from './exceptions.ts';

/*
 * The values of a context on their way to another thread. Each thread has variables of its own, so what
 * travels is the name of a variable and its value; over there the variable of that name finds it.
 */
export interface CarriedValues {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** Variables of the library's own, whose values mean nothing elsewhere. */
const stayHere = new WeakSet<object>();

/** Keeps the values of a variable from going to other threads. */
export function staysInItsThread<T>(variable: ContextVar<T>): ContextVar<T> {
  stayHere.add(variable);
  return variable;
}

/**
 * What of a context another thread is to have; null when it is empty.
 *
 * @throws {RuntimeError} when two variables with values have the same name
 */
export function valuesToCarry(context: Context): CarriedValues | null {
  const all = new Map(carriedIn(context));
  const own = new Set<string>();
  for (const [variable, value] of context) {
    if (stayHere.has(variable)) continue;
    const { name } = variable;
    if (own.has(name)) {
      throw new RuntimeError(
        `Two context variables called '${name}' have a value: another thread could not tell them apart. ` +
          'Variables whose values cross threads need names of their own.',
      );
    }
    own.add(name);
    all.set(name, value);
  }
  return all.size === 0 ? null : { names: [...all.keys()], values: [...all.values()] };
}
