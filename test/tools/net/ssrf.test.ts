import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { createFetch } from '../../../src/tools/builtin/fetch.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { prepareArguments } from '../../../src/tools/check-arguments.ts';
import { AllowList } from '../../../src/tools/net/allow-list.ts';
import { guardedFetch } from '../../../src/tools/net/guarded-fetch.ts';
import type { ToolOptions } from '../../../src/tools/tool.ts';
import { createContext } from '../tool-context.ts';
import { type LocalServer, startHttp } from './local-server.ts';
import payloads from './ssrf-payloads.json' with { type: 'json' };

/** Stands for every public host; nothing is ever sent there. */
const PUBLIC = '93.184.216.34';

let canary: LocalServer;
let front: LocalServer;
/** What the front redirects to, by the number in the path. */
let hops: readonly { status: number; location: string }[] = [];
/** Answers by name; each lookup takes the next, and the last one stays. */
let answers: Record<string, string[][]>;
let unexpected: string[];

beforeAll(async () => {
  canary = await startHttp((_, response) => response.end('SECRET'));
  front = await startHttp((request, response) => {
    const hop = hops[Number(request.url!.slice(1))];
    if (hop === undefined) response.end('the front');
    else response.writeHead(hop.status, { location: fill(hop.location) }).end();
  });
});
afterAll(() => Promise.all([canary.close(), front.close()]));

beforeEach(() => {
  hops = [];
  unexpected = [];
  answers = {
    'public.test': [[PUBLIC]],
    'private.test': [['10.0.0.1']],
    'mixed.test': [[PUBLIC, '127.0.0.1']],
    'moving.test': [[PUBLIC], ['127.0.0.1']],
    localhost: [['127.0.0.1']],
    'localhost.': [['127.0.0.1']],
    'anything.localhost': [['127.0.0.1']],
    'ip6-localhost': [['::1']],
  };
});

const fill = (text: string) => text.replaceAll('{canary}', String(canary.port)).replaceAll('{public}', PUBLIC);

async function resolve(hostname: string): Promise<LookupAddress[]> {
  const list = answers[hostname];
  if (list === undefined) unexpected.push(hostname);
  const answer = (list !== undefined && list.length > 1 ? list.shift() : list?.[0]) ?? [];
  return answer.map((address) => ({ address: fill(address), family: isIP(address) }));
}

/** Connections to the public address end at the front, all others at the canary: none leaves this machine. */
const connect = (addresses: readonly LookupAddress[], signal: AbortSignal): buildConnector.connector => {
  const open = buildConnector({ signal } as buildConnector.BuildOptions);
  const { port } = addresses.every(({ address }) => address === PUBLIC) ? front : canary;
  return (options, callback) => open({ ...options, hostname: '127.0.0.1', port: String(port) }, callback);
};

function fetchIt(url: string, allow: readonly string[] = []) {
  return guardedFetch(url, {
    allow: new AllowList(allow, 'test'),
    headers: {},
    accept: '*/*',
    maxBytes: 1_000,
    signal: new AbortController().signal,
    hide: (text) => text,
    resolve,
    connect,
  });
}

async function expectRefusal(url: string, allow?: readonly string[]) {
  const before = canary.connections;
  const error = await fetchIt(url, allow).then(
    () => 'it was fetched',
    (thrown: Error) => thrown.message,
  );
  expect(error).toMatch(
    /^Cannot fetch ".*(is not a public one|only http and https|has a user name|not an absolute URL|has a backslash)/s,
  );
  expect(canary.connections).toBe(before);
  expect(unexpected).toEqual([]);
  expect(error).not.toContain('password@');
}

const urls = payloads.urls.flatMap(({ kind, urls }) => urls.map((url) => [kind, url] as const));

test('there are more than 100 payloads, and no two are the same', () => {
  const all = [...urls.map(([, url]) => url), ...payloads.names.map(String), ...payloads.redirects.map(String)];
  expect(all.length).toBeGreaterThan(250);
  expect(new Set(urls.map(([, url]) => url)).size).toBe(urls.length);
});

describe('URLs', () => {
  test.each(urls)('%s: %j', (_, url) => expectRefusal(fill(url)));

  test.each(urls)('with everything else allowed, %s: %j', (_, url) =>
    expectRefusal(fill(url), ['public.test', '8.8.8.8', '*.example.com', `127.0.0.1:1`, `localhost:1`, '*.test:1']));
});

describe('names', () => {
  test.each(payloads.names)('$name', async ({ answers: given }) => {
    const before = front.connections;
    answers['name.test'] = structuredClone(given);
    await expectRefusal('http://name.test/');
    expect(front.connections).toBe(before);
  });
});

describe('redirects', () => {
  test.each(payloads.redirects)('$name, from a public host', async ({ hops: given }) => {
    hops = given;
    await expectRefusal('http://public.test/0');
  });

  test.each(payloads.redirects)('$name, from an allowed host', async ({ hops: given }) => {
    hops = given;
    answers['listed.test'] = [[PUBLIC]];
    await expectRefusal('http://listed.test/0', ['listed.test', 'other.test']);
  });
});

describe('rebinding', () => {
  test('a name is looked up once for a connection, which goes to the address that was checked', async () => {
    const before = canary.connections;
    expect((await fetchIt('http://moving.test/')).head.toString()).toBe('the front');
    expect(answers['moving.test']).toEqual([['127.0.0.1']]);
    await expectRefusal('http://moving.test/');
    expect(canary.connections).toBe(before);
  });

  test('a connection that is open serves no second request, for which the name is looked up again', async () => {
    hops = [{ status: 302, location: 'http://moving.test/1' }];
    const before = front.connections;
    await expectRefusal('http://moving.test/0');
    expect(front.connections).toBe(before + 1);
  });
});

describe('the payloads are not refused for another reason:', () => {
  const live = urls.filter(([kind]) => /^(loopback|private|link-local|special|cloud|names)/.test(kind));

  test.each(live)('when its address is allowed, the canary hears from %s: %j', async (_, url) => {
    const before = canary.connections;
    const host = new URL(fill(url)).hostname.replace(/^\[|\]$|\.$/g, '');
    answers[host] ??= [['127.0.0.1']];
    answers[`${host}.`] ??= [['127.0.0.1']];
    const asHttp = fill(url).replace('https:', 'http:');
    const page = await fetchIt(asHttp, ['0.0.0.0/0', '::/0', host]);
    expect(page.head.toString()).toBe('SECRET');
    expect(canary.connections).toBe(before + 1);
  });
});

describe('the tool itself, with the name service and the sockets of the system', () => {
  const options = { virtual: false } as ToolOptions;
  const run = (url: string, allow: string[]) => {
    const tool = createFetch(
      'web',
      { builtin: 'fetch', allow, headers: {}, maxBytes: 1_000, timeoutMs: 10_000 },
      options,
    );
    prepareArguments(tool);
    return runToolCall({ id: '1', name: 'web', args: { url } }, tool, createContext({ clock: createRealClock() }));
  };
  const local = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'];

  test.each(local)('http://%s/ is refused, and only by the guard', async (host) => {
    const before = canary.connections;
    const url = `http://${host}:${canary.port}/`;
    const refused = await run(url, []);
    expect(refused).toMatchObject({
      isError: true,
      content: {
        error: `Cannot fetch ${JSON.stringify(url)}: its host is not a public one, and "allow" of the tool does not list it`,
      },
    });
    expect(canary.connections).toBe(before);
    expect(await run(url, ['0.0.0.0/0', '::/0'])).toMatchObject({ isError: false, content: { text: 'SECRET' } });
    expect(canary.connections).toBe(before + 1);
  });

  test.each(
    urls.filter(([kind]) => /^(loopback|user|slashes|control|fragments|other)/.test(kind)),
  )('%s: %j', async (_, url) => {
    const before = canary.connections;
    expect((await run(fill(url), [])).isError).toBe(true);
    expect(canary.connections).toBe(before);
  });
});
