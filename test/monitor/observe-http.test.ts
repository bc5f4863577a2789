import { describe, expect, onTestFinished, test } from 'vitest';
import type { Message, RunEvent } from '../../src/protocol.ts';
import { observedRun } from './observe-run.ts';
import { connectTo, toSocketUrl } from './server/socket-client.ts';

/** Says so much of its answer, waits until it is let go, and says the rest. */
function createSlowModel() {
  let letGo = (): void => {};
  const free = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const model = {
    name: 'clerk',
    async decide({ observation }: { observation: { text: string } }, { onText }: { onText?: (text: string) => void }) {
      onText?.('You ');
      await free;
      onText?.('said');
      const reply = `You said ${observation.text}.`;
      return { reply, toolCalls: [], final: true, usage: { inputTokens: 1, outputTokens: 1 }, serviceMs: 1 };
    },
  };
  onTestFinished(letGo);
  return { model: model as never, letGo: () => letGo() };
}

describe('an item', () => {
  test('is observed, and its answer found by its id', async () => {
    const { post, settled } = await observedRun();
    const { status, headers, body } = await post('/observe/desk', { text: 'hello' });
    expect(status).toBe(202);
    const { id } = body;
    expect(body).toMatchObject({ id: expect.stringMatching(/^desk-/), source: 'desk', result: `/observe/desk/${id}` });
    expect(headers.get('location')).toBe(body.result);
    const told = { id, source: 'desk', status: 'done', agent: 'clerk/0', reply: 'You said hello.', turns: 1 };
    expect(await settled(body.result)).toEqual(told);
  });

  test('is a message from its source, with its data, its user and its trace', async () => {
    const { run, post } = await observedRun();
    const messages: Message[] = [];
    run.subscribe((event) => event.type === 'message.sent' && messages.push(event.message));
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const item = { text: 'hello', data: { order: 7 }, user: 'ada', session: '1', id: 'o-7' };
    await post('/observe/desk', item, { traceparent: trace, prefer: 'wait=10' });
    await post('/observe/desk', 'just text', { 'content-type': 'text/plain', prefer: 'wait=10' });
    expect(messages).toMatchObject([
      {
        id: 'o-7',
        from: 'source:desk',
        to: 'clerk/0',
        kind: 'input',
        body: 'hello',
        data: { order: 7 },
        user: 'ada',
        trace,
      },
      { from: 'source:desk', body: 'just text' },
    ]);
  });

  test('is answered to whoever waits', async () => {
    const { post } = await observedRun();
    const { status, headers, body } = await post('/observe/desk', { text: 'hi' }, { prefer: 'respond-async, wait=10' });
    expect([status, headers.get('preference-applied')]).toEqual([200, 'wait=10']);
    expect(body).toMatchObject({ status: 'done', reply: 'You said hi.' });
  });

  test('with the same id is not observed twice, at once and later, and is answered the same', async () => {
    const { run, post, settled } = await observedRun();
    let observed = 0;
    run.subscribe(({ type }) => type === 'agent.observed' && observed++);
    const push = () => post('/observe/desk', { text: 'once' }, { 'idempotency-key': '"k-1"' });
    const answers = await Promise.all(Array.from({ length: 10 }, push));
    expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set(['k-1']));
    await settled('/observe/desk/k-1');
    expect((await push()).body).toMatchObject({ id: 'k-1', status: 'done', reply: 'You said once.' });
    expect(observed).toBe(1);
    const other = await post('/observe/desk', { text: 'other', id: 'k-1' });
    expect([other.status, other.body.error.code]).toEqual([409, 'CONFLICT']);
  });

  test('that fails says why', async () => {
    const models = { clerk: { latency: '1ms', failure_rate: 1, rules: [{ reply: 'x' }] } };
    const { post } = await observedRun({ models, limits: {} });
    const { status, body } = await post('/observe/desk', { text: 'x' }, { prefer: 'wait=20' });
    expect([status, body.status, body.agent]).toEqual([200, 'failed', 'clerk/0']);
    expect(body.error).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  test('that its agent fails at and tries again is answered then, by all the turns it took', async () => {
    let calls = 0;
    const model = {
      name: 'clerk',
      async decide() {
        if (++calls < 3) throw new Error('not yet');
        return { reply: 'Now.', toolCalls: [], final: true, usage: { inputTokens: 1, outputTokens: 1 }, serviceMs: 1 };
      },
    };
    const agents = { clerk: { count: 1, model: 'clerk', retries: 3 } };
    const supervision = { strategy: 'one_for_one', max_restarts: 5, max_seconds: 5 };
    const { run, post } = await observedRun({ agents, supervision }, { models: [model as never] });
    const types: string[] = [];
    run.subscribe(({ type }) => types.push(type));
    const { body } = await post('/observe/desk', { text: 'x' }, { prefer: 'wait=30' });
    expect(body).toMatchObject({ status: 'done', reply: 'Now.', turns: expect.any(Number) });
    expect(types.filter((type) => type === 'agent.restarting')).toHaveLength(2);
  }, 30_000);

  test('goes to the agent of its session, and needs one there', async () => {
    const agents = { clerk: { sessions: { per: 'session' }, model: 'clerk' } };
    const { post } = await observedRun({ agents });
    const push = async (session: object) =>
      (await post('/observe/desk', { text: 'x', user: 'ada', ...session }, { prefer: 'wait=10' })).body;
    const agentsOf = [];
    for (const session of ['1', '2', '1']) agentsOf.push((await push({ session })).agent);
    expect(agentsOf).toEqual(['clerk/0', 'clerk/1', 'clerk/0']);
    expect(await push({})).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('no session') },
    });
  });

  test('that was dead and is sent again is the same item', async () => {
    const agents = { clerk: { count: 1, model: 'clerk', mailbox: { size: 1, overflow: 'drop-oldest' } } };
    const { run, post, get, settled } = await observedRun({ agents });
    run.send({ type: 'agent.pause', agent: 'clerk/0' });
    const { body } = await post('/observe/desk', { text: 'hi', id: 'a' });
    const other = await post('/observe/desk', { text: 'and so on' });
    const dead = { status: 'dead', agent: 'clerk/0', error: { message: expect.stringContaining('dropped') } };
    expect(await settled(body.result)).toMatchObject(dead);
    run.send({ type: 'agent.resume', agent: 'clerk/0' });
    await settled(other.body.result);
    run.send({ type: 'messages.resend' });
    expect(await settled(body.result)).toMatchObject({ id: 'a', status: 'done', reply: 'You said hi.' });
    expect((await get('/observe/desk/a')).body).not.toHaveProperty('error');
  });

  test('that is handed over is answered by whoever has it then', async () => {
    const { post } = await observedRun({
      models: {
        clerk: { rules: [{ on: 'message', call: [{ pass: { to: 'expert/0', note: '{{ observation.text }}' } }] }] },
        expert: { rules: [{ on: 'message', reply: 'I know.' }] },
      },
      tools: { pass: { builtin: 'handoff' } },
      agents: {
        clerk: { count: 1, model: 'clerk', tools: ['pass'] },
        expert: { count: 1, model: 'expert', observe: { inbox: true } },
      },
    });
    for (let i = 0; i < 3; i++) {
      const { body } = await post('/observe/desk', { text: `x${i}`, user: 'ada' }, { prefer: 'wait=10' });
      expect(body.error).toBeUndefined();
      expect(body).toMatchObject({ status: 'done', agent: 'expert/0', reply: 'I know.', turns: 1 });
    }
  });

  test('of which the source makes nothing has failed', async () => {
    const sources = { desk: { http: true, to: 'clerk', text: '{% if urgent %}{{ text }}{% endif %}' } };
    const { post } = await observedRun({ sources });
    const blank = await post('/observe/desk', { text: 'x' }, { prefer: 'wait=10' });
    expect(blank.body).toMatchObject({ status: 'failed', error: { code: 'SOURCE_FAILED' } });
    expect(blank.body.error.message).toBe('Cannot push to source "desk": its text template makes nothing of it');
    const other = await post('/observe/desk', { text: 'y', data: { urgent: true } }, { prefer: 'wait=10' });
    expect(other.body).toMatchObject({ status: 'done', reply: 'You said y.' });
    expect((await post('/observe/desk', { text: ' ' })).status).toBe(400);
  });

  test('belongs to the user whom the source names', async () => {
    const sources = { desk: { http: true, to: 'clerk', user: '{{ data.who }}' } };
    const { post, get, settled } = await observedRun({ sources });
    const { body } = await post('/observe/desk', { text: 'x', user: 'claimed', data: { who: 'ada' } });
    expect(body.result).toMatch(/\?user=ada$/);
    expect(await settled(body.result)).toMatchObject({ status: 'done' });
    for (const query of ['', '?user=claimed', '?user=eve']) {
      expect((await get(`/observe/desk/${body.id}${query}`)).status).toBe(404);
    }
  });

  test('for a source that has ended, or of a run that ends, is refused', async () => {
    const { run, post } = await observedRun({
      sources: { desk: { http: true, to: 'clerk', limit: 1 }, more: { http: true, to: 'clerk' } },
    });
    await post('/observe/desk', { text: 'x' }, { prefer: 'wait=10' });
    const late = await post('/observe/desk', { text: 'y' });
    expect([late.status, late.body.error.code]).toEqual([410, 'SOURCE_ENDED']);
    run.send({ type: 'run.drain', reason: 'x' });
    const { status, headers, body } = await post('/observe/more', { text: 'y' });
    expect([status, body.error.code, headers.get('retry-after')]).toEqual([503, 'SOURCE_UNAVAILABLE', '1']);
  });

  test('cannot be pushed where there is no such source', async () => {
    const { post, get } = await observedRun({
      sources: {},
      agents: { clerk: { count: 1, model: 'clerk', observe: { inbox: true } } },
    });
    for (const { status, body } of [await post('/observe/desk', { text: 'x' }), await get('/observe/desk/x')]) {
      expect([status, body]).toEqual([404, expect.stringContaining('http: true')]);
    }
  });
});

describe('a stream', () => {
  test('has the text of the answer as the model writes it', async () => {
    const { model, letGo } = createSlowModel();
    const { post, fetch, run } = await observedRun({}, { models: [model] });
    run.send({ type: 'agent.pause', agent: 'clerk/0' });
    const { body } = await post('/observe/desk', { text: 'hi', user: 'ada' });
    const response = await fetch(body.result, { headers: { accept: 'text/event-stream' } });
    run.send({ type: 'agent.resume', agent: 'clerk/0' });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('event: text')) text += (await reader.read()).value;
    letGo();
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    const events = text.split('\n\n').flatMap((block) => {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
      return event === undefined ? [] : [[event, JSON.parse(data!)]];
    });
    expect(events.map(([event]) => event).filter((event) => event !== 'text')).toEqual(['status', 'status', 'done']);
    const written = events.filter(([event]) => event === 'text').map(([, data]) => data.text);
    expect(written.join('')).toBe('You said');
    expect(events.at(-1)![1]).toMatchObject({ status: 'done', reply: 'You said hi.' });
  });

  test('that nobody reads costs the model nothing: it is not asked to stream', async () => {
    const { model, letGo } = createSlowModel();
    const { post, run } = await observedRun({}, { models: [model] });
    const types: RunEvent['type'][] = [];
    run.subscribe(({ type }) => types.push(type));
    letGo();
    await post('/observe/desk', { text: 'hi' }, { prefer: 'wait=10' });
    expect(types).toContain('agent.replied');
    expect(types).not.toContain('agent.streamed');
  });
});

describe('on /ws', () => {
  test('what is pushed is acknowledged, and answered', async () => {
    const { url, readUrl } = await observedRun();
    const client = await connectTo(toSocketUrl(url, '/ws'));
    client.send({ type: 'observe', id: 'q', source: 'desk', item: { text: 'hi', user: 'ada', id: 'mine' } });
    const told = { id: 'mine', source: 'desk' };
    expect(await client.first('observed')).toMatchObject({ id: 'q', outcome: told });
    expect(await client.first('outcome')).toEqual({
      type: 'outcome',
      id: 'q',
      outcome: { ...told, status: 'done', agent: 'clerk/0', reply: 'You said hi.', turns: 1 },
    });
    const wrong = { type: 'observe', source: 'nobody', item: { text: 'x' } } as const;
    expect(await client.ask(wrong)).toMatchObject({ type: 'error', code: 'SOURCE_UNKNOWN' });
    const reader = await connectTo(toSocketUrl(readUrl, '/ws'));
    expect(await reader.ask({ ...wrong, source: 'desk' })).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
  });

  test('an item that says nothing is refused', async () => {
    const { url } = await observedRun();
    const client = await connectTo(toSocketUrl(url, '/ws'));
    expect(await client.ask({ type: 'observe', source: 'desk', item: {} })).toMatchObject({ code: 'SOURCE_FAILED' });
  });
});

describe('many at once', { timeout: 60_000 }, () => {
  test('500 are all answered, each once and with its own answer', async () => {
    const { run, post, settled } = await observedRun();
    const order: string[] = [];
    run.subscribe((event) => event.type === 'agent.replied' && order.push(event.observation));
    const all = Array.from({ length: 500 }, async (_, i) => {
      for (let tries = 0; tries < 100; tries++) {
        const { status, body } = await post('/observe/desk', { text: `${i}`, id: `i-${i}` });
        if (status !== 503) return body;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${i} was never taken`);
    });
    const accepted = await Promise.all(all);
    for (const [i, { id, result }] of accepted.entries()) {
      expect(id).toBe(`i-${i}`);
      expect(await settled(result)).toMatchObject({ status: 'done', reply: `You said ${i}.`, turns: 1 });
    }
    expect(new Set(order).size).toBe(500);
    expect(order).toHaveLength(500);
  });

  test('go to the members of a group in turn, and who has little to say is not behind who has much', async () => {
    const { run, post, settled } = await observedRun({
      sources: { desk: { http: true, to: 'clerk' }, other: { http: true, to: 'other' } },
      agents: { clerk: { count: 4, model: 'clerk' }, other: { count: 1, model: 'clerk' } },
      models: { clerk: { latency: '80ms', rules: [{ reply: 'You said {{ observation.text }}.' }] } },
    });
    const order: string[] = [];
    run.subscribe((event) => event.type === 'agent.replied' && order.push(event.agent));
    const many = await Promise.all(Array.from({ length: 80 }, (_, i) => post('/observe/desk', { text: `${i}` })));
    const one = await post('/observe/other', { text: 'me too' });
    for (const each of [one, ...many]) await settled(each.body.result);
    expect(order.indexOf('other/0')).toBeLessThan(60);
    const counts = [0, 1, 2, 3].map((i) => order.filter((agent) => agent === `clerk/${i}`).length);
    expect(counts).toEqual([20, 20, 20, 20]);
  });

  test('wait for room in a mailbox; what is over is refused, and nothing that was accepted is lost', async () => {
    const { run, post, settled } = await observedRun({
      agents: { clerk: { count: 1, model: 'clerk', mailbox: { size: 4 } } },
    });
    run.send({ type: 'agent.pause', agent: 'clerk/0' });
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) => post('/observe/desk', { text: `${i}`, id: `i-${i}` })),
    );
    const taken = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status === 503);
    // Four in the mailbox, one on its way there and 255 behind it.
    expect([taken.length, refused.length]).toEqual([260, 40]);
    expect(refused[0]!.body.error.code).toBe('TOO_MANY');
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    run.send({ type: 'agent.resume', agent: 'clerk/0' });
    for (const { body } of taken) {
      expect(await settled(body.result)).toMatchObject({ status: 'done', reply: `You said ${body.id.slice(2)}.` });
    }
    const again = await post('/observe/desk', { text: '299', id: 'i-299' }, { prefer: 'wait=10' });
    expect(again.body).toMatchObject({ status: 'done' });
  });
});
