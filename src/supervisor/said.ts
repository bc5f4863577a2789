import type { JsonObject } from '../protocol.ts';

/** Longer texts are not looked into. */
const DATA_MAX_CHARS = 65_536;

/** What was said, and the same as a value if it is a JSON object. */
export function toSaid(body: string): { readonly body: string; readonly data?: JsonObject } {
  if (!body.startsWith('{') || !body.endsWith('}') || body.length > DATA_MAX_CHARS) return { body };
  try {
    return { body, data: JSON.parse(body) as JsonObject };
  } catch {
    return { body };
  }
}
