import { stripVTControlCharacters } from 'node:util';
import { type Clock, createRealClock, type Timer } from '../../base/clock.ts';
import { toErrorInfo } from '../../base/errors.ts';
import { MCP_RECONNECT_MAX_MS, MCP_RECONNECT_MS, MCP_RECONNECT_TRIES, TOOL_LOG_MAX_CHARS } from '../../base/limits.ts';
import { createSecretFilter } from '../../base/secret-filter.ts';
import type { JsonObject, McpServerSpec } from '../../protocol.ts';
import type { ToolContext, ToolOptions } from '../tool.ts';
import { Connection, type ServerTool } from './connection.ts';
import { ServerLog } from './server-log.ts';
import type { ServerAnswer } from './to-result.ts';

/** Of its last lines, those that an error shows. */
const LAST_LINES = 10;
const LAST_LINE_CHARS = 300;

/**
 * A server of tools that all agents share. When it has ended, calls under way fail; the next one starts it again, or reaches
 * it again, and all that come meanwhile wait for the same try. The tries are further and further apart on the run's clock.
 */
export class McpServer {
  readonly #name: string;
  readonly #spec: McpServerSpec;
  readonly #tell: ToolOptions['tell'];
  /** For the server itself, which knows no other time. */
  readonly #clock = createRealClock();
  readonly #log: ServerLog;
  readonly #secrets = createSecretFilter();
  #lastLines: string[] = [];
  /** The newest, open or not. */
  #connection: Connection | undefined;
  #isUp = false;
  #reconnecting: Promise<Connection> | undefined;
  /** In a row: tries that failed, and connections that ended soon. */
  #failures = 0;
  /** The run's, once there was a call. */
  #runClock: Clock | undefined;
  /** By the run's clock; undefined: before the first call. */
  #upAt: number | undefined;
  #downAt = 0;
  #waiting: { readonly timer: Timer; readonly end: () => void } | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** @param spec With its variables filled in. */
  constructor(name: string, spec: McpServerSpec, tell: ToolOptions['tell']) {
    this.#name = name;
    this.#spec = spec;
    this.#tell = tell;
    this.#log = new ServerLog(name, tell, this.#clock);
  }

  /** The last lines of its stderr and of what else it logged, each with a line break before it; empty: there are none. */
  get lastLines(): string {
    return this.#lastLines.map((line) => `\n  ${stripVTControlCharacters(line)}`).join('');
  }

  /**
   * Starts it, or reaches it.
   *
   * @returns Its tools, by its own names for them.
   * @throws {Error} Why it cannot be used, as a sentence without its end.
   */
  async open(): Promise<ReadonlyMap<string, ServerTool>> {
    return (await this.#connect()).tools;
  }

  async #connect(): Promise<Connection> {
    const connection = new Connection(this.#spec, {
      clock: this.#clock,
      log: (level, text) => this.#hear(level, text),
      onEnd: (reason) => this.#down(reason),
    });
    this.#connection = connection;
    await connection.open();
    this.#isUp = true;
    this.#upAt = this.#runClock?.elapsed();
    return connection;
  }

  #hear(level: string, said: string): void {
    const text = this.#secrets.cut(said, TOOL_LOG_MAX_CHARS);
    this.#log.add(level, text);
    this.#lastLines.push(text.slice(0, LAST_LINE_CHARS));
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
  }

  #down(reason: string): void {
    this.#isUp = false;
    this.#downAt = this.#runClock?.elapsed() ?? 0;
    const lasted = this.#upAt === undefined || this.#downAt - this.#upAt >= MCP_RECONNECT_MAX_MS;
    this.#failures = lasted ? 0 : this.#failures + 1;
    this.#tellDown(reason);
  }

  #tellDown(reason: string): void {
    const message = `The server "${this.#name}" is down: ${reason}`;
    this.#tell({ type: 'server.down', server: this.#name, error: { code: 'TOOL_FAILED', message } });
  }

  /**
   * Calls one of its tools.
   *
   * @param tool The server's name for it.
   * @param timeoutMs The tool's own deadline, which aborts `context`.
   * @throws {Error} Why there is no answer, as a sentence without its end.
   */
  async call(tool: string, args: JsonObject, context: ToolContext, timeoutMs: number): Promise<ServerAnswer> {
    this.#runClock ??= context.clock;
    const connection = await this.#ready(context.clock);
    if (!connection.tools.has(tool)) {
      throw new Error(`its server, started again in the meantime, has no "${tool}" any more`);
    }
    return connection.call(tool, args, context, timeoutMs);
  }

  async #ready(clock: Clock): Promise<Connection> {
    if (this.#isClosed) throw new Error('its server was closed');
    if (this.#isUp && this.#connection !== undefined) return this.#connection;
    this.#reconnecting ??= this.#reconnect(clock).finally(() => {
      this.#reconnecting = undefined;
    });
    return this.#reconnecting;
  }

  async #reconnect(clock: Clock): Promise<Connection> {
    for (;;) {
      await this.#backOff(clock);
      // Two of it would be in each other's way.
      await this.#connection?.close();
      if (this.#isClosed) throw new Error('its server was closed');
      try {
        const connection = await this.#connect();
        this.#tell({ type: 'server.up', server: this.#name, tools: connection.tools.size });
        return connection;
      } catch (error) {
        const { message } = toErrorInfo(error);
        this.#failures++;
        this.#downAt = clock.elapsed();
        if (!this.#isClosed) this.#tellDown(message);
        if (this.#failures >= MCP_RECONNECT_TRIES) throw new Error(`its server "${this.#name}" is down: ${message}`);
      }
    }
  }

  #backOff(clock: Clock): Promise<void> {
    if (this.#failures === 0 || this.#isClosed) return Promise.resolve();
    const delayMs = Math.min(MCP_RECONNECT_MS * 2 ** (this.#failures - 1), MCP_RECONNECT_MAX_MS);
    return new Promise((resolve) => {
      const timer = clock.setTimer(this.#downAt + delayMs - clock.elapsed(), resolve);
      this.#waiting = { timer, end: resolve };
    });
  }

  /** Ends it with all that belongs to it; calls under way fail. Idempotent, bounded in time, does not reject. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#waiting?.timer.cancel();
    this.#waiting?.end();
    await this.#connection?.close();
    this.#log.flush();
    this.#clock.stop();
  }
}
