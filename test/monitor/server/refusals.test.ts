import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { openAssets } from '../../../src/monitor/server/assets.ts';
import { type MonitorServer, openServer } from '../../../src/monitor/server/server.ts';
import { pageFolder } from './page-folder.ts';
import { handshake, type RawAnswer, request } from './raw-request.ts';
import { refused } from './refused.ts';

const token = 'Aa1_Bb2-Cc3dDe4EfF5gGh6HiI7jJk8K';
/** What must never be told to a stranger. */
const STATE = ['run-4711', 'front-office', 'desk/0', 'welcome', '<!doctype'];
const folder = pageFolder();
let connections = 0;
let server: MonitorServer;

beforeAll(async () => {
  // Time jumps over the waits of wrong tokens.
  server = await openServer({
    tokens: { read: token, control: `control-${token}` },
    port: 0,
    assets: openAssets(folder),
    clock: createVirtualClock(),
    sockets: {
      '/ws': (socket) => {
        connections++;
        socket.send(JSON.stringify(STATE));
      },
      '/inspect': () => connections++,
    },
    observe: async (_request, response) => {
      connections++;
      response.end(JSON.stringify(STATE));
    },
  });
});
afterAll(() => server.close());

function expectNoState({ text }: RawAnswer): void {
  for (const part of [...STATE, token]) expect(text).not.toContain(part);
  expect(text).not.toMatch(/^set-cookie:|^location:/im);
}

// The port is known when the server listens; the number of cases is not.
const count = refused(1, token).length;
const cases = Array.from({ length: count }, (_, i) => [refused(4_600, token)[i]!.about.slice(0, 100), i] as const);

test('the corpus is large, and each of its requests is another', () => {
  const all = refused(4_600, token);
  expect(all.length).toBeGreaterThanOrEqual(100);
  expect(new Set(all.map(({ about }) => about)).size).toBe(all.length);
});

describe('refused, and told nothing', () => {
  test.each(cases)('%s', async (_, i) => {
    const { target = '', status, about, ...rest } = refused(server.port, token)[i]!;
    const page = await request(server.port, { ...rest, target: `/${target}` });
    const ws = await handshake(server.port, { ...rest, target: `/ws${target}` });
    const inspect = await handshake(server.port, { ...rest, target: `/inspect${target}` });
    expect([page.status, ws.status, inspect.status], about).toEqual([status, status, status]);
    for (const answer of [page, ws, inspect]) expectNoState(answer);
    expect(connections).toBe(0);
  });

  // With the token that lets one push.
  test.each(cases)('to push: %s', async (_, i) => {
    const { target = '', status, about, headers = {}, ...rest } = refused(server.port, `control-${token}`)[i]!;
    const body = '{"text":"x"}';
    const length = { 'Content-Type': 'application/json', 'Content-Length': `${body.length}` };
    const push = { ...rest, headers: { ...length, ...headers }, body, method: 'POST' };
    const answers = [
      await request(server.port, { ...push, target: `/observe/desk${target}` }),
      // What a form of another site may send without asking.
      await request(server.port, {
        ...push,
        headers: { ...push.headers, 'Content-Type': 'text/plain' },
        target: `/observe/desk${target}`,
      }),
      await request(server.port, { ...rest, headers, target: `/observe/desk/a${target}` }),
      await request(server.port, { ...rest, headers, method: 'OPTIONS', target: `/observe/desk${target}` }),
    ];
    expect(
      answers.map((answer) => answer.status),
      about,
    ).toEqual(answers.map(() => status));
    for (const answer of answers) {
      expectNoState(answer);
      expect(answer.text).not.toMatch(/^access-control-/im);
    }
    expect(connections).toBe(0);
  });
});

describe('let in', () => {
  const own = (name: string) => ({ Host: `${name}:${server.port}`, Origin: `http://${name}:${server.port}` });

  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', 'LocalHost', '[::1]'])('from our own page at %s', async (name) => {
    const page = await request(server.port, { headers: { ...own(name), Cookie: `troupe-${server.port}=${token}` } });
    expect(page.status).toBe(200);
    const ws = await handshake(server.port, { headers: own(name), target: `/ws?token=${token}` });
    expect(ws.status).toBe(101);
  });

  test.each([
    ['the query', (port: number) => ({ target: `?token=${token}`, port })],
    ['a bearer', () => ({ headers: { Authorization: `Bearer ${token}` } })],
    ['a bearer in small letters', () => ({ headers: { authorization: `bearer ${token}` } })],
    ['the cookie', (port: number) => ({ headers: { Cookie: `a=b; troupe-${port}=${token}; c=d` } })],
  ])('programs with the token in %s', async (_, toRequest) => {
    const { target = '', ...rest } = toRequest(server.port) as { target?: string };
    expect((await handshake(server.port, { ...rest, target: `/ws${target}` })).status).toBe(101);
    expect((await handshake(server.port, { ...rest, target: `/inspect${target}` })).status).toBe(101);
    expect((await request(server.port, { ...rest, target: `/${target}` })).status).toBe(target === '' ? 200 : 303);
    expect((await request(server.port, { ...rest, target: `/observe/desk${target}`, method: 'POST' })).status).toBe(
      200,
    );
  });
});

test('/healthz answers without a token, and says nothing but that', async () => {
  const answer = await request(server.port, { target: '/healthz' });
  expect(answer).toMatchObject({ status: 200, body: 'ok\n' });
  expectNoState(answer);
  for (const headers of [{ Host: 'evil.test' }, { Origin: 'https://evil.test' }]) {
    expect((await request(server.port, { target: '/healthz', headers })).status).toBe(403);
  }
  for (const target of [
    '/healthz/',
    '/healthz/../',
    '/Healthz',
    '//healthz',
    '/healthz%00',
    '/healthz;x',
    '/metrics',
  ]) {
    expect([400, 401], target).toContain((await request(server.port, { target })).status);
  }
  expect((await handshake(server.port, { target: '/healthz' })).status).toBe(401);
});
