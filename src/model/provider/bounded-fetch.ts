import { MODEL_ANSWER_MAX_BYTES, MODEL_REFUSAL_MAX_BYTES, MODEL_STREAM_MAX_BYTES } from '../../base/limits.ts';
import type { Fetch } from './language-model.ts';
import { tooLong } from './too-long.ts';

const LINE_FEED = 10;

/**
 * A `fetch` whose answers are of bounded size: what reads them keeps them in memory. A redirection is not followed, since
 * the request's headers hold a key.
 *
 * Contract: an answer of more than `MODEL_ANSWER_MAX_BYTES`, an event of that size in a stream, or a stream of more than
 * `MODEL_STREAM_MAX_BYTES` fails with a `ModelCallError` of code `MODEL_ANSWER` while it is read, and the connection is
 * closed. A refusal (status 400 or more) ends after `MODEL_REFUSAL_MAX_BYTES` as if it were whole.
 *
 * @param name The model's, for messages.
 * @param fetch Default: the global one at the time of a call.
 */
export function createBoundedFetch(name: string, fetch?: Fetch): Fetch {
  return async (input, init) => {
    const response = await (fetch ?? globalThis.fetch)(input, { ...init, redirect: 'manual' });
    const { body, headers, status, statusText } = response;
    if (body === null || isShort(response)) return response;
    return new Response(bound(body, name, response), { status, statusText, headers });
  };
}

/** Its length is known and small: it needs no counting. */
function isShort({ headers, ok }: Response): boolean {
  const length = headers.get('content-length');
  if (length === null || headers.has('content-encoding')) return false;
  return Number(length) <= (ok ? MODEL_ANSWER_MAX_BYTES : MODEL_REFUSAL_MAX_BYTES);
}

function bound(body: ReadableStream<Uint8Array>, name: string, { ok, headers }: Response): ReadableStream<Uint8Array> {
  const isEvents = headers.get('content-type')?.includes('text/event-stream') === true;
  const reader = body.getReader();
  let total = 0;
  let line = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
        return;
      }
      total += value.byteLength;
      const feed = isEvents ? value.lastIndexOf(LINE_FEED) : -1;
      line = feed === -1 ? line + value.byteLength : value.byteLength - feed - 1;
      if (!ok && total > MODEL_REFUSAL_MAX_BYTES) {
        controller.enqueue(value.subarray(0, value.byteLength - (total - MODEL_REFUSAL_MAX_BYTES)));
        controller.close();
        await reader.cancel();
      } else if (line > MODEL_ANSWER_MAX_BYTES || total > MODEL_STREAM_MAX_BYTES) {
        const error = tooLong(name, line > MODEL_ANSWER_MAX_BYTES ? MODEL_ANSWER_MAX_BYTES : MODEL_STREAM_MAX_BYTES);
        controller.error(error);
        await reader.cancel(error);
      } else {
        controller.enqueue(value);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
