import type { Json } from '../protocol.ts';

/**
 * A decision or a message without what its provider wants back, which nobody else can read.
 *
 * @returns The value itself if there is nothing to leave out.
 */
export function withoutKept<T extends { readonly kept?: Json }>(value: T): T | Omit<T, 'kept'> {
  if (value.kept === undefined) return value;
  const { kept, ...rest } = value;
  return rest;
}
