import { MODEL_ANSWER_MAX_BYTES } from '../../base/limits.ts';
import type { Answer } from './answer.ts';
import { isObject } from './is-object.ts';
import { tooLong } from './too-long.ts';

type OnText = (text: string) => void;

/**
 * Reads a streamed answer to its end, and passes its text on as it comes.
 *
 * Contract: the stream is cancelled when the answer has ended, `signal` aborts or anything fails; then nobody reads it any
 * more. What a provider sends after the end of its answer is not part of it.
 *
 * @param stream Of the AI SDK's stream parts, or whatever else a package takes for one.
 * @param model Its name, for messages.
 * @throws The signal's reason; a failure that the stream reports or has; a retryable `ModelCallError` if it ends early.
 */
export async function readStream(
  stream: unknown,
  answer: Answer,
  options: { model: string; signal: AbortSignal; onText?: OnText | undefined },
): Promise<void> {
  const { model, signal, onText } = options;
  if (!isStream(stream)) throw new TypeError('the provider gave no stream');
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  try {
    await readParts(reader, answer, model, onText);
    // A cancelled stream looks like one that has ended.
    signal.throwIfAborted();
    answer.checkEnd('streamed');
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
}

async function readParts(
  reader: ReadableStreamDefaultReader<unknown>,
  answer: Answer,
  model: string,
  onText: OnText | undefined,
): Promise<void> {
  // Counted apart from what is kept: a package holds the pieces of thoughts and calls for itself.
  let streamed = 0;
  while (answer.finish === undefined) {
    const { done, value: part } = await reader.read();
    if (done) return;
    if (!isObject(part)) continue;
    const delta = typeof part.delta === 'string' ? part.delta : '';
    streamed += delta.length;
    if (streamed > MODEL_ANSWER_MAX_BYTES) throw tooLong(model, MODEL_ANSWER_MAX_BYTES);
    takePart(part, delta, answer, onText);
  }
}

function takePart(part: Record<string, unknown>, delta: string, answer: Answer, onText: OnText | undefined): void {
  if (part.type === 'error') throw part.error;
  if (part.type === 'finish') answer.end(part);
  else if (part.type === 'tool-call') answer.add(part);
  else {
    answer.parts.take(part);
    if (part.type !== 'text-delta' || delta === '') return;
    answer.addText(delta);
    onText?.(delta);
  }
}

/** Packages may bring a stream of another making than Node's. */
function isStream(value: unknown): value is ReadableStream<unknown> {
  return isObject(value) && typeof value.getReader === 'function';
}
