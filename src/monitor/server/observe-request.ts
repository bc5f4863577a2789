import type { IncomingMessage } from 'node:http';
import { OBSERVE_BODY_BYTES, OBSERVE_WAIT_MAX_S } from '../../base/monitor-limits.ts';

/**
 * Reads a request's body.
 *
 * @returns Undefined: it is over `OBSERVE_BODY_BYTES`; what still comes of it is thrown away.
 * @throws Rejects if the client goes before it has sent all.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > OBSERVE_BODY_BYTES) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= OBSERVE_BODY_BYTES) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client has gone')));
  });
}

/**
 * What a client would wait for an answer, by RFC 7240: `Prefer: wait=10`.
 *
 * @returns Seconds, at most `OBSERVE_WAIT_MAX_S`; undefined: it does not say, or not in whole seconds.
 */
export function readWait({ headers }: Pick<IncomingMessage, 'headers'>): number | undefined {
  for (const preference of [headers.prefer ?? []].flat().join(',').split(',')) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(;.*)?$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), OBSERVE_WAIT_MAX_S);
  }
  return undefined;
}
