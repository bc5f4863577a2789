import type { Json } from '../protocol.ts';

/** JSON with the members of every object in the order of their names: equal values give equal texts. */
export function toCanonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${toCanonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
