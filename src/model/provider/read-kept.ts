import type { Json } from '../../protocol.ts';
import { isObject } from './is-object.ts';
import type { Kept, KeptPart, KeptSource } from './kept.ts';

/**
 * Reads what was kept of an answer.
 *
 * @param source Who is asked now.
 * @param callCount Of the message it stands with.
 * @returns Undefined if it is another one's, or does not belong to a message with so many calls.
 */
export function readKept(
  kept: Json | undefined,
  source: KeptSource,
  callCount: number,
): readonly KeptPart[] | undefined {
  if (!isKept(kept) || kept.provider !== source.provider || kept.model !== source.model) return undefined;
  const calls = kept.parts.filter(({ type }) => type === 'call');
  return calls.length === callCount ? kept.parts : undefined;
}

/** Whatever is made of code or read from a store may be anything. */
function isKept(value: unknown): value is Kept {
  return isObject(value) && Array.isArray(value.parts) && value.parts.every(isPart);
}

function isPart(part: unknown): part is KeptPart {
  if (!isObject(part) || !(part.options === undefined || isObject(part.options))) return false;
  if (part.type === 'call') return typeof part.id === 'string';
  if (part.type === 'reasoning') return typeof part.text === 'string';
  return part.type === 'text' && (part.text === undefined || typeof part.text === 'string');
}
