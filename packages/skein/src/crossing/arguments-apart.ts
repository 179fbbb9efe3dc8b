/**
 * Arguments that cross as one value, which whoever is called reads by itself.
 *
 * Where a call of Skein's own brings a call of the user's along, the arguments of the two would be read
 * together. One that cannot be read there would take the address with it to which the error is to be
 * sent. And it would be read before the module of the user's function is loaded, which may be
 * where the encoding of its class is registered.
 */
import { findMoves } from './moves.ts';
import { pack, type PackedValues, unpack } from './packed-values.ts';

/** Plain data. What is handed on by the keeper stays as it is: it can be packed only once. */
export type ArgumentsApart =
  { readonly packed: PackedValues } | { readonly values: readonly unknown[] };

/** @throws {DataCloneError} when one of them cannot cross; it is named */
export function packArguments(args: readonly unknown[]): ArgumentsApart {
  const moves = findMoves(args, [], argumentName);
  if (moves?.isSmall === false) return { values: args };
  return { packed: pack(args, argumentName, moves) };
}

export function unpackArguments(apart: ArgumentsApart): readonly unknown[] {
  return 'packed' in apart ? unpack(apart.packed) : apart.values;
}

const argumentName = (index: number): string => `argument ${index + 1}`;
