import type { Json, JsonObject } from '../protocol.ts';

/** Values of a file that may be of the wrong type: what is no map or no list is an empty one. */
export function isMap(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function toMap(value: Json | undefined): JsonObject {
  return isMap(value) ? value : {};
}

export function toList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function toEntries(value: Json | undefined): [string, JsonObject][] {
  return Object.entries(toMap(value)).map(([name, item]) => [name, toMap(item)]);
}
