import { describe, expect, test } from 'vitest';
import { MODEL_ANSWER_MAX_BYTES } from '../../../src/base/limits.ts';
import { Answer } from '../../../src/model/provider/answer.ts';
import { readStream } from '../../../src/model/provider/read-stream.ts';

const STOP = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: {} };
const text = (delta: unknown) => ({ type: 'text-delta', id: '0', delta });

function streamOf(parts: readonly unknown[], end: 'close' | 'stall' = 'close') {
  const state = { cancelled: false };
  const stream = new ReadableStream<unknown>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      if (end === 'close') controller.close();
    },
    cancel() {
      state.cancelled = true;
    },
  });
  return { stream, state };
}

async function read(stream: unknown, signal = new AbortController().signal) {
  const answer = new Answer('mine');
  const said: string[] = [];
  await readStream(stream, answer, { model: 'mine', signal, onText: (delta) => void said.push(delta) });
  return { answer, said };
}

describe('readStream', () => {
  test('takes the parts, and passes the text on', async () => {
    const call = { type: 'tool-call', toolCallId: 'a', toolName: 'search', input: '{}' };
    const parts = [
      { type: 'stream-start', warnings: [] },
      { type: 'ping' },
      { type: 'text-start', id: '0' },
      text('He'),
      { type: 'reasoning-delta', id: '1', delta: 'hm' },
      text(''),
      text(7),
      text('llo'),
      { type: 'tool-input-delta', id: 'a', delta: '{}' },
      call,
      null,
      STOP,
    ];
    const { answer, said } = await read(streamOf(parts).stream);
    expect(said).toEqual(['He', 'llo']);
    expect(answer).toMatchObject({
      text: 'Hello',
      calls: [{ name: 'search', input: '{}' }],
      finish: { unified: 'stop' },
    });
  });

  test('what comes after the end is not part of the answer, and nobody waits for it', async () => {
    const { stream, state } = streamOf([text('a'), STOP, text('b'), { ...STOP, finishReason: 'length' }], 'stall');
    const { answer } = await read(stream);
    expect(answer).toMatchObject({ text: 'a', finish: { unified: 'stop' } });
    expect(state.cancelled).toBe(true);
  });

  test('fails as the stream says, and reads on no more', async () => {
    const { stream, state } = streamOf(
      [text('a'), { type: 'error', error: { type: 'overloaded_error' } }, STOP],
      'stall',
    );
    await expect(read(stream)).rejects.toEqual({ type: 'overloaded_error' });
    expect(state.cancelled).toBe(true);
  });

  test('fails as the stream does', async () => {
    const stream = new ReadableStream({ pull: (controller) => controller.error(new Error('terminated')) });
    await expect(read(stream)).rejects.toThrow('terminated');
  });

  test('an end without a finish is none', async () => {
    await expect(read(streamOf([text('a')]).stream)).rejects.toMatchObject({ code: 'MODEL_FAILED', retryable: true });
  });

  test.each([undefined, {}, [], 'text'])('%j is no stream', async (stream) => {
    await expect(read(stream)).rejects.toThrow('the provider gave no stream');
  });

  test('an abort ends it at once, even if the stream stalls', async () => {
    const controller = new AbortController();
    const { stream, state } = streamOf([text('a')], 'stall');
    const reading = read(stream, controller.signal);
    controller.abort(new Error('late'));
    await expect(reading).rejects.toThrow('late');
    expect(state.cancelled).toBe(true);
    const after = streamOf([STOP]);
    await expect(read(after.stream, controller.signal)).rejects.toThrow('late');
  });

  test.each(['reasoning-delta', 'tool-input-delta', 'text-delta'])('%s without end is cut off', async (type) => {
    let pulled = 0;
    const delta = 'x'.repeat(100_000);
    const stream = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue({ type, id: '0', delta });
      },
    });
    await expect(read(stream)).rejects.toMatchObject({ code: 'MODEL_ANSWER' });
    expect(pulled).toBeLessThan(MODEL_ANSWER_MAX_BYTES / delta.length + 5);
  });
});
