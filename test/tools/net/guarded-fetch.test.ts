import { gzipSync } from 'node:zlib';
import { buildConnector } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { AllowList } from '../../../src/tools/net/allow-list.ts';
import type { Resolve } from '../../../src/tools/net/find-target.ts';
import { type FetchOptions, guardedFetch } from '../../../src/tools/net/guarded-fetch.ts';
import type { Connect } from '../../../src/tools/net/request.ts';
import { serve, serveTcp } from './local-server.ts';

const PUBLIC = [{ address: '93.184.216.34', family: 4 }];
const LOCAL = [{ address: '127.0.0.1', family: 4 }];

/** `*.local.test` is on this machine and allowed; everything else is public, and reached here at the port of the URL all the same. */
const connect: Connect = (_, signal) => {
  const open = buildConnector({ signal } as buildConnector.BuildOptions);
  return (options, callback) => open({ ...options, hostname: '127.0.0.1' }, callback);
};
const resolve: Resolve = async (name) => (name.endsWith('.local.test') ? LOCAL : PUBLIC);

function fetchIt(
  url: string,
  { allow = ['*.local.test'], ...rest }: Partial<Omit<FetchOptions, 'allow'>> & { allow?: string[] } = {},
) {
  const list = new AllowList(allow, 'test');
  const { signal } = new AbortController();
  return guardedFetch(url, {
    headers: { 'x-key': 'secret-key' },
    accept: '*/*',
    maxBytes: 1_000,
    signal,
    hide: (text) => text,
    resolve,
    connect,
    allow: list,
    ...rest,
  });
}
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'it was fetched',
    (error: Error) => error.message,
  );

describe('guardedFetch', () => {
  test('gives the answer, from an allowed host and from a public one', async () => {
    const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('page'));
    for (const host of ['a.local.test', 'public.test']) {
      const url = `http://${host}:${server.port}/x`;
      const page = await fetchIt(url);
      expect(page).toEqual({
        url,
        status: 200,
        contentType: 'text/html',
        bytes: 4,
        head: Buffer.from('page'),
        isCut: false,
      });
    }
  });

  test.each([400, 404, 429, 500, 503, 300, 304])('a status of %i is an answer', async (status) => {
    const server = await serve((_, response) => response.writeHead(status).end(status === 304 ? '' : 'why'));
    const page = await fetchIt(`http://a.local.test:${server.port}/`);
    expect(page).toMatchObject({ status, contentType: '', bytes: status === 304 ? 0 : 3 });
  });

  test('reads a compressed body, and no more of it than allowed', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)));
    });
    expect(await fetchIt(`http://a.local.test:${server.port}/`)).toMatchObject({ bytes: 1_000, isCut: true });
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('a body without end is cut, and its connection ended', async () => {
    const server = await serve((_, response) => {
      const fill = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', fill);
      fill();
    });
    expect(await fetchIt(`http://a.local.test:${server.port}/`)).toMatchObject({ bytes: 1_000, isCut: true });
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('an answer without a length that ends with its connection is whole', async () => {
    const server = await serveTcp(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nbody')),
    );
    expect(await fetchIt(`http://a.local.test:${server.port}/`)).toMatchObject({ bytes: 4, isCut: false });
  });

  test('a failure is told in words, without the address', async () => {
    const server = await serveTcp(
      (socket) => void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbody')),
    );
    const url = `http://a.local.test:${server.port}/`;
    expect(await messageOf(fetchIt(url))).toBe(`Cannot fetch "${url}": the server closed the connection`);
    await expect(fetchIt(url)).rejects.toMatchObject({ code: 'TOOL_FAILED' });
    const lost = vi.fn(() => Promise.reject(Object.assign(new Error('ENOTFOUND 10.0.0.1'), { code: 'ENOTFOUND' })));
    expect(await messageOf(fetchIt(url, { resolve: lost }))).toBe(
      `Cannot fetch "${url}": its host name has no address`,
    );
  });

  test.each([
    'http://user:pass-word@a.local.test/',
    'http:user:pass-word@a.local.test',
    'ftp://user:pass-word@x/',
  ])('a password is not shown: %s', async (url) => {
    const message = await messageOf(fetchIt(url));
    expect(message).toMatch(/^Cannot fetch "(\w+:\/\/)?\[redacted\]@/);
    expect(message).not.toContain('pass-word');
  });

  test('what is to be hidden is, even where the URL is cut', async () => {
    const hide = (text: string) => text.replaceAll('a-secret', '[redacted]');
    const message = await messageOf(fetchIt(`ftp://${'x'.repeat(190)}a-secret`, { hide }));
    expect(message).toMatch(/^Cannot fetch "ftp:\/\/x{190}\[red": /);
  });

  test('at most 200 characters of a URL are shown', async () => {
    expect((await messageOf(fetchIt(`ftp://${'x'.repeat(5_000)}`))).length).toBeLessThan(300);
  });

  test('an abort gives its reason: in the body, in the lookup', async () => {
    const server = await serve((_, response) => void response.write('beginning'));
    const url = `http://a.local.test:${server.port}/`;
    const inBody = new AbortController();
    const reading = messageOf(fetchIt(url, { signal: inBody.signal }));
    await vi.waitFor(() => expect(server.received).toContain('GET'));
    inBody.abort(new Error('too late'));
    expect(await reading).toBe('too late');
    await vi.waitFor(() => expect(server.open).toBe(0));

    const inLookup = new AbortController();
    let answer: (addresses: typeof LOCAL) => void = () => undefined;
    const looking = messageOf(
      fetchIt(url, {
        signal: inLookup.signal,
        resolve: () =>
          new Promise((done) => {
            answer = done;
          }),
      }),
    );
    inLookup.abort(new Error('too late'));
    answer(LOCAL);
    expect(await looking).toBe('too late');
    expect(server.connections).toBe(1);
  });
});

describe('redirects', () => {
  const chain = () =>
    serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end('the end');
      else response.writeHead(302, { location: `/${left - 1}` }).end('moved');
    });

  test.each([301, 302, 303, 307, 308])('a %i is followed', async (status) => {
    const server = await serve((request, response) => {
      if (request.url === '/') response.writeHead(status, { location: 'next?a=b' }).end();
      else response.end(`${request.method} ${request.url}`);
    });
    const page = await fetchIt(`http://a.local.test:${server.port}/`);
    expect(page.head.toString()).toBe('GET /next?a=b');
    expect(page.url).toBe(`http://a.local.test:${server.port}/next?a=b`);
  });

  test('five are followed, six are not', async () => {
    const server = await chain();
    expect((await fetchIt(`http://a.local.test:${server.port}/5`)).head.toString()).toBe('the end');
    expect(server.connections).toBe(6);
    const message = await messageOf(fetchIt(`http://a.local.test:${server.port}/6`));
    expect(message).toBe(
      `Cannot fetch "http://a.local.test:${server.port}/6", which redirects to "/0": there were already 5 redirects before`,
    );
    expect(server.connections).toBe(12);
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('a status that says so without a place is an answer', async () => {
    const server = await serve((_, response) => response.writeHead(302).end('where?'));
    expect(await fetchIt(`http://a.local.test:${server.port}/`)).toMatchObject({ status: 302, bytes: 6 });
  });

  test('the body of a redirect is not read', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next' }).write('x'.repeat(100_000));
      else response.end('the end');
    });
    expect((await fetchIt(`http://a.local.test:${server.port}/`)).head.toString()).toBe('the end');
    await vi.waitFor(() => expect(server.open).toBe(0));
  });

  test('an error names both places, and no password', async () => {
    const server = await serve((_, response) =>
      response.writeHead(302, { location: 'http://user:pass-word@b.local.test/' }).end(),
    );
    const url = `http://a.local.test:${server.port}/`;
    expect(await messageOf(fetchIt(url))).toBe(
      `Cannot fetch "${url}", which redirects to "http://[redacted]@b.local.test/": it has a user name or a password in it`,
    );
  });
});

describe('headers', () => {
  /** Redirects along the places given, and tells which of its requests had the key. */
  async function follow(start: string, places: readonly string[], allow: string[]) {
    const keys: boolean[] = [];
    const server = await serve((request, response) => {
      keys.push(request.headers['x-key'] === 'secret-key');
      const place = places[keys.length - 1];
      if (place === undefined) response.end('the end');
      else response.writeHead(307, { location: place.replace('PORT', String(server.port)) }).end();
    });
    await fetchIt(start.replace('PORT', String(server.port)), { allow });
    return keys;
  }
  const [a, b, open] = ['http://a.local.test:PORT/', 'http://b.local.test:PORT/', 'http://public.test:PORT/'];

  test('go to the hosts of the list, or to all if there is none', async () => {
    expect(await follow(a, [], ['*.local.test'])).toEqual([true]);
    expect(await follow(open, [], ['*.local.test'])).toEqual([false]);
    expect(await follow(open, [], ['public.test'])).toEqual([true]);
    expect(await follow(open, [], ['public.test:1'])).toEqual([false]);
    expect(await follow(open, [], [])).toEqual([true]);
    expect(await follow(a, [], ['127.0.0.0/8'])).toEqual([true]);
  });

  test('go along with a redirect on the same host', async () => {
    expect(await follow(a, ['/next', a], ['*.local.test'])).toEqual([true, true, true]);
    expect(await follow(open, ['/next'], [])).toEqual([true, true]);
  });

  test('never to another host, listed or not, and not back either', async () => {
    expect(await follow(a, [b], ['*.local.test'])).toEqual([true, false]);
    expect(await follow(a, [open], ['*.local.test'])).toEqual([true, false]);
    expect(await follow(a, [b, a], ['*.local.test'])).toEqual([true, false, false]);
    expect(await follow(a, [b, b], ['*.local.test'])).toEqual([true, false, false]);
    expect(await follow(open, ['http://other.test:PORT/'], [])).toEqual([true, false]);
    expect(await follow(open, [a], ['*.local.test'])).toEqual([false, false]);
  });

  test('another port is another host', async () => {
    const second = await serve((request, response) => response.end(String(request.headers['x-key'])));
    const first = await serve((_, response) =>
      response.writeHead(302, { location: `http://a.local.test:${second.port}/` }).end(),
    );
    expect((await fetchIt(`http://a.local.test:${first.port}/`)).head.toString()).toBe('undefined');
  });

  test('our own are sent everywhere, and give way to those that are given', async () => {
    const server = await serve((request, response) => {
      const { accept, 'user-agent': agent, 'accept-encoding': encodings } = request.headers;
      response.end(`${accept} ${agent} ${encodings}`);
    });
    const ask = async (host: string) =>
      (
        await fetchIt(`http://${host}:${server.port}/`, {
          accept: 'text/a',
          headers: { accept: 'text/b', 'user-agent': 'me' },
        })
      ).head.toString();
    expect(await ask('public.test')).toBe('text/a troupe gzip, deflate, br');
    expect(await ask('a.local.test')).toBe('text/b me gzip, deflate, br');
  });
});
