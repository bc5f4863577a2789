import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface LocalServer {
  readonly port: number;
  /** Made so far. */
  readonly connections: number;
  /** Of those, open now. */
  readonly open: number;
  /** Everything received, as text. */
  readonly received: string;
  close(): Promise<void>;
}

/** @param host Default: all addresses of this machine, of IPv4 and IPv6, so that no notation of one is missed. */
async function listen(server: Server, host = '::'): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let received = '';
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get received() {
      return received;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An HTTP server on this machine; whoever starts it closes it. */
export function startHttp(listener: RequestListener, host?: string): Promise<LocalServer> {
  return listen(createServer(listener), host);
}

/** A server of bare connections on this machine, for answers that no HTTP server gives. */
export function startTcp(onConnection: (socket: Socket) => void): Promise<LocalServer> {
  return listen(createTcpServer(onConnection));
}

/** The same, closed at the end of the test that starts it. */
export async function serve(listener: RequestListener, host?: string): Promise<LocalServer> {
  const server = await startHttp(listener, host);
  onTestFinished(() => server.close());
  return server;
}

/** The same, closed at the end of the test that starts it. */
export async function serveTcp(onConnection: (socket: Socket) => void): Promise<LocalServer> {
  const server = await startTcp(onConnection);
  onTestFinished(() => server.close());
  return server;
}
