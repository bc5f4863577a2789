import { createHash } from 'node:crypto';
import { toCanonicalJson } from '../base/canonical-json.ts';
import type { Json } from '../protocol.ts';
import type { PushedItem } from '../sources/source.ts';

/** Equal for equal items to the same source, whatever the order of their members; a trace and the id itself do not count. */
export function toItemDigest(source: string, { text, data, user, session }: PushedItem): string {
  const said = Object.entries({ source, text, data, user, session }).filter(([, value]) => value !== undefined);
  return createHash('sha256')
    .update(toCanonicalJson(Object.fromEntries(said) as Json))
    .digest('base64url');
}
