import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { ModelCallError } from '../../../src/model/model-call-error.ts';
import { observe, request } from '../requests.ts';
import { liveContext } from './live-context.ts';
import { MISBEHAVIOURS, type Outcome, type Served } from './misbehaviours.ts';
import { createLocalModel, type ModelServer, startModelServer, TEST_KEY } from './model-server.ts';
import type { Format, Mode } from './wire.ts';

const FORMATS: readonly Format[] = ['chat', 'responses', 'anthropic', 'google'];
const MODES: readonly Mode[] = ['whole', 'streamed'];
/** Each ends in so long, whatever it is; most take a few milliseconds. */
const BOUND_MS = 10_000;

const CASES = MISBEHAVIOURS.flatMap((misbehaviour) =>
  (misbehaviour.formats ?? FORMATS).flatMap((format) =>
    (misbehaviour.modes ?? MODES).map((mode) => ({
      title: `${format}, ${mode}: ${misbehaviour.name}`,
      format,
      mode,
      served: () => misbehaviour.serve(format, mode),
      expected: typeof misbehaviour.expect === 'string' ? misbehaviour.expect : misbehaviour.expect(format, mode),
    })),
  ),
);

const ASK = request(observe('hello'), {
  transcript: [{ role: 'user', content: 'hello' }],
  tools: [
    {
      name: 'search',
      description: 'Searches.',
      parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
  ],
});

let server: ModelServer;
/** By the first part of a request's path: what it is answered with, and who is told when that has been sent. */
const running = new Map<string, { served: Served; sent: () => void; closed: () => void }>();

beforeAll(async () => {
  server = await startModelServer((incoming, response) => {
    const entry = running.get(incoming.url?.split('/')[1] ?? '');
    if (entry === undefined) throw new Error(`nobody waits for ${incoming.url}`);
    response.on('close', entry.closed);
    void serve(entry.served, response).then(entry.sent);
  });
});

afterAll(() => server.close());

async function serve({ status = 200, headers = {}, chunks, ending = 'end' }: Served, response: ServerResponse) {
  response.on('error', () => undefined);
  if (ending !== 'cut' || chunks.length > 0) response.writeHead(status, headers);
  if (chunks.length > 0 || ending === 'stall') response.flushHeaders();
  for (const chunk of chunks) await write(response, chunk);
  if (ending === 'end') response.end();
  else if (ending === 'cut') response.destroy();
  else if (ending === 'endless') while (!response.destroyed) await write(response, chunks.at(-1) ?? 'x');
}

/** As fast as they are read, and no faster. */
function write(response: ServerResponse, chunk: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve();
    response.once('close', resolve);
    response.write(chunk, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}

async function ask(key: string, format: Format, mode: Mode, served: Served) {
  const clock = createRealClock();
  const context = liveContext(mode === 'streamed' ? () => undefined : undefined, clock);
  const reason = new Error('the deadline');
  const closed = new Promise<void>((resolve) => {
    const sent = () => {
      if (served.ending === 'stall') clock.setTimer(20, () => context.abort(reason));
    };
    running.set(key, { served, sent, closed: resolve });
  });
  const model = await createLocalModel(format, `${server.url}/${key}`);
  const answer = await model.decide(ASK, context).catch((error: unknown) => error);
  // Whatever became of it, nobody is left who reads it, and the server knows.
  if (served.ending === 'stall' || served.ending === 'endless') await closed;
  clock.stop();
  running.delete(key);
  return { answer, reason };
}

function judge(answer: any, reason: Error): Outcome {
  if (answer === reason) return 'aborted';
  if (answer instanceof ModelCallError) {
    if (answer.code === 'MODEL_REFUSED') return 'refused';
    if (answer.code === 'MODEL_ANSWER') return 'endless';
    expect(answer.code).toBe('MODEL_FAILED');
    return answer.throttled ? 'throttled' : answer.retryable ? 'retryable' : 'lasting';
  }
  if (answer instanceof Error) throw answer;
  if (answer.flaw !== undefined) {
    expect(answer).toMatchObject({ toolCalls: [], final: false, flaw: expect.stringMatching(/^The answer .*\.$/) });
    return 'flaw';
  }
  return answer.toolCalls.some((call: any) => call.malformed !== undefined) ? 'malformed' : 'decision';
}

test('there are more than 200 of them', () => {
  expect(CASES.length).toBeGreaterThan(200);
});

describe('what a provider sends ends as a decision, a flaw or a failure of ours', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  beforeAll(() => void process.on('unhandledRejection', note).on('uncaughtException', note));
  afterAll(() => {
    process.off('unhandledRejection', note).off('uncaughtException', note);
    expect(unhandled).toEqual([]);
  });

  test.each(CASES.map((one, index) => ({ ...one, key: `case-${index}` })))(
    '$title',
    async ({ key, format, mode, served, expected }) => {
      const { answer, reason } = await ask(key, format, mode, served());
      expect(judge(answer, reason), describeAnswer(answer)).toBe(expected);
      if (answer instanceof ModelCallError) {
        expect(answer.message).toMatch(/^Cannot (get an|use the) answer (from|of) model "local": /);
        expect(answer.message.length).toBeLessThan(800);
        expect(answer.message).not.toContain(TEST_KEY);
      } else if (expected !== 'aborted') {
        const { usage } = answer as any;
        expect(usage.inputTokens).toBeGreaterThan(0);
        expect(Number.isSafeInteger(usage.inputTokens + usage.outputTokens)).toBe(true);
      }
    },
    BOUND_MS,
  );

  test('no prototype was polluted', () => {
    expect(({} as any).polluted).toBeUndefined();
  });
});

function describeAnswer(answer: unknown): string {
  return answer instanceof Error ? `${answer}` : JSON.stringify(answer).slice(0, 500);
}
