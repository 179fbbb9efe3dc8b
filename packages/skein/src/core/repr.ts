/*
 * How things look in messages. One place, so that an error always shows an object the same way.
 */

import { otherCopyOf } from './copies.ts';

/** The name of a function, or what to call it when it has none. */
export function nameOf(fn: unknown): string {
  return typeof fn === 'function' && fn.name !== '' ? fn.name : '<anonymous>';
}

/** A short form of any value, at most about 80 characters. Never throws. */
export function repr(value: unknown): string {
  try {
    const copy = otherCopyOf(value);
    return shorten(show(value)) + (copy === undefined ? '' : ` of another copy of skein, ${copy}`);
  } catch {
    return '<unprintable>';
  }
}

function show(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'function':
      return `function ${nameOf(value)}`;
    case 'bigint':
      return `${value}n`;
    case 'object':
      break;
    default:
      return String(value);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`;
  if (Object.prototype.toString.call(value) === '[object Generator]') return 'a coroutine';
  const text: string = (value as { toString(): string }).toString();
  if (!text.startsWith('[object ')) return text;
  const name = (value.constructor as { name?: string } | undefined)?.name;
  return name === undefined || name === 'Object' ? 'a plain object' : `an object of class ${name}`;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
