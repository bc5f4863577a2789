import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import {
  CLIENT_MESSAGE_BYTES,
  CLIENTS_MAX,
  HANDSHAKE_MS,
  OBSERVE_CONNECTIONS_MAX,
  PORTS_TRIED,
} from '../../base/monitor-limits.ts';
import { Access, type Refusal, type Right } from './access.ts';
import type { Assets } from './assets.ts';
import { toGuards } from './guards.ts';
import { type WebSocket, WebSocketServer } from './web-socket.ts';

/** A request below `/observe` that has been let in. */
export type Observe = (request: IncomingMessage, response: ServerResponse, url: URL, right: Right) => Promise<void>;

/** A WebSocket that has been let in. */
export type Connect = (socket: WebSocket, right: Right, url: URL) => void;

export interface ServerOptions {
  readonly tokens: { readonly read: string; readonly control?: string };
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** The first port tried; when it is taken, the next ones are. 0: any. */
  readonly port: number;
  readonly assets: Assets;
  readonly clock: Clock;
  /** By path: what a WebSocket there is for. */
  readonly sockets: Readonly<Record<string, Connect>>;
  /** Answers what is below `/observe`. Absent: nothing can be pushed. */
  readonly observe?: Observe;
}

export interface MonitorServer {
  readonly host: string;
  readonly port: number;
  /** Closes every connection. */
  close(): Promise<void>;
}

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
];
/** Stately's hosted page, in a frame that is made by a click alone. */
const STATELY_POLICY = [...PAGE_POLICY, 'frame-src https://stately.ai'];
/** Time a client has to answer a close. */
const CLOSE_MS = 10_000;

type Refused = Pick<Refusal, 'message'> & { readonly status: number };
const BAD_PATH: Refused = { status: 400, message: 'Cannot read the address: expected a plain path, such as /' };

/**
 * Serves the monitor's page and WebSockets.
 *
 * @throws {TroupeError} `MONITOR_UNAVAILABLE` if no port can be had.
 */
export async function openServer(options: ServerOptions): Promise<MonitorServer> {
  const { host = '127.0.0.1', clock, sockets } = options;
  const server = createServer({
    headersTimeout: HANDSHAKE_MS,
    requestTimeout: HANDSHAKE_MS,
    // How late a timeout may be noticed: by default 30 s.
    connectionsCheckingInterval: HANDSHAKE_MS / 10,
    maxHeaderSize: 16_384,
    // Refused by us, like any other host that is not ours.
    requireHostHeader: false,
  });
  server.maxConnections = 4 * CLIENTS_MAX + (options.observe === undefined ? 0 : OBSERVE_CONNECTIONS_MAX);
  // The HTTP server forgets those that have become WebSockets, or wait to.
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const port = await listen(server, host, options.port);
  // Of one connection that cannot be taken, such as for want of file descriptors; the next may be.
  server.on('error', () => {});
  const hosts = toHosts(host, port);
  const access = new Access({ tokens: options.tokens, hosts, cookie: `troupe-${port}`, clock });
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: CLIENT_MESSAGE_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_MS,
  } as object);
  const serve = new Pages(access, { ...options, port });
  server.on('request', (request, response) => {
    serve.answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    admit(request)
      .then((admitted) => {
        if (typeof admitted === 'function') webSockets.handleUpgrade(request, socket, head, admitted);
        else refuse(socket, admitted);
      })
      .catch(() => socket.destroy());
  });

  const admit = async (request: IncomingMessage): Promise<((client: WebSocket) => void) | Refused> => {
    const refusal = access.checkOrigin(request);
    if (refusal !== undefined) return refusal;
    const url = toUrl(request);
    if (url === undefined) return BAD_PATH;
    const right = await access.check(request, url);
    if (typeof right !== 'string') return right;
    const connect = sockets[url.pathname];
    if (connect === undefined) return { status: 404, message: 'WebSockets are at /ws and /inspect' };
    if (webSockets.clients.size >= CLIENTS_MAX) return { status: 503, message: `${CLIENTS_MAX} clients are connected` };
    return (client) => connect(client, right, url);
  };

  return {
    host,
    port,
    async close() {
      for (const client of webSockets.clients) client.close(1001, 'the monitor has ended');
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await clock.sleep(50);
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

/** Everything but WebSockets. */
class Pages {
  readonly #access: Access;
  readonly #assets: Assets;
  readonly #port: number;
  readonly #observe: Observe;

  constructor(access: Access, { assets, port, observe = cannotObserve }: ServerOptions) {
    this.#access = access;
    this.#assets = assets;
    this.#port = port;
    this.#observe = observe;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#access.checkOrigin(request);
    if (refusal !== undefined) return say(response, refusal.status, refusal.message);
    const url = toUrl(request);
    const isPush = url !== undefined && /^\/observe(\/|$)/.test(url.pathname);
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isPush) {
      response.setHeader('allow', 'GET, HEAD');
      return say(response, 405, 'Only GET and HEAD');
    }
    if (url === undefined) return say(response, BAD_PATH.status, BAD_PATH.message);
    if (url.pathname === '/healthz') return say(response, 200, 'ok');
    const right = await this.#access.check(request, url);
    if (typeof right !== 'string') return say(response, (right as Refusal).status, (right as Refusal).message);
    if (isPush) return this.#observe(request, response, url, right);
    const token = url.searchParams.get('token');
    if (token !== null) return this.#remember(response, url, token);
    return this.#send(request, response, url.pathname);
  }

  /** From here on the browser brings the token, and it stands in no address that is copied or kept. */
  #remember(response: ServerResponse, url: URL, token: string): void {
    url.searchParams.delete('token');
    response.setHeader('set-cookie', `troupe-${this.#port}=${token}; HttpOnly; SameSite=Strict; Path=/`);
    response.setHeader('location', `${url.pathname}${url.search}`);
    say(response, 303, 'See the address without the token');
  }

  async #send(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (this.#assets.isEmpty) return say(response, 503, 'The page has not been built: run "npm run build"');
    const asset = await this.#assets.get(path === '/stately' ? '/stately.html' : path);
    if (asset === undefined) return say(response, 404, `There is nothing at ${path}`);
    const zip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
    const body = zip ? asset.gzipped : asset.body;
    response.writeHead(200, {
      ...toGuards(path === '/stately' ? STATELY_POLICY : PAGE_POLICY),
      'content-type': asset.type,
      'content-length': body.length,
      'cache-control': asset.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
      ...(zip && { 'content-encoding': 'gzip' }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }
}

function toPlain(message: string): { headers: Record<string, string | number>; body: string } {
  const body = `${message}\n`;
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) };
  return { headers: { ...toGuards(), ...plain, 'cache-control': 'no-store' }, body };
}

function say(response: ServerResponse, status: number, text: string): void {
  const { headers, body } = toPlain(text);
  response.writeHead(status, headers).end(body);
}

/** Of a run without a source that takes it, and of one that is over. */
async function cannotObserve(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  say(response, 404, 'Nothing can be pushed into this run: its scenario has no source with "http: true"');
}

/** Before the handshake there is no response object. */
function refuse(socket: Duplex, { status, message }: Refused): void {
  const { headers, body } = toPlain(message);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  // The client may never close its side.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
}

/** Undefined: anything but a plain path, such as a whole address, or one with dots or two slashes at its beginning. */
function toUrl({ url: target = '' }: IncomingMessage): URL | undefined {
  const base = 'http://monitor';
  if (!URL.canParse(target, base)) return undefined;
  const url = new URL(target, base);
  return url.pathname === target.split('?', 1)[0] ? url : undefined;
}

/** Names that lead to this machine whatever a name server says, and the address it was told to listen on. */
function toHosts(host: string, port: number): string[] {
  const all = host === '0.0.0.0' || host === '::' ? Object.values(networkInterfaces()).flat() : [];
  const addresses = [host.toLowerCase(), '127.0.0.1', 'localhost', '::1', ...all.map((each) => each?.address ?? host)];
  const names = new Set(addresses.map((name) => (name.includes(':') ? `[${name}]` : name)));
  // Browsers leave the default port out.
  return [...names].flatMap((name) => (port === 80 ? [`${name}:80`, name] : [`${name}:${port}`]));
}

async function listen(server: Server, host: string, first: number): Promise<number> {
  const last = first === 0 ? 0 : Math.min(65_535, first + PORTS_TRIED - 1);
  for (let port = first; ; port++) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (taken && port < last) continue;
      const { message } = toErrorInfo(error);
      throw new TroupeError('MONITOR_UNAVAILABLE', `Cannot serve the monitor at ${host}:${first}: ${message}`, {
        cause: error,
      });
    }
  }
}
