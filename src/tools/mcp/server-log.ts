import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { MCP_LOG_LINES, MCP_LOG_MS, TOOL_LOG_MAX_CHARS } from '../../base/limits.ts';
import type { ToolOptions } from '../tool.ts';

/** Tells what a server logs: each line and their rate are bounded, and what is left out is counted and told. */
export class ServerLog {
  readonly #server: string;
  readonly #tell: ToolOptions['tell'];
  readonly #clock: Clock;
  #kept = 0;
  #leftOut = 0;

  /** @param clock Of real time: a server knows no other. */
  constructor(server: string, tell: ToolOptions['tell'], clock: Clock) {
    this.#server = server;
    this.#tell = tell;
    this.#clock = clock;
  }

  add(level: string, text: string): void {
    if (this.#kept === MCP_LOG_LINES) {
      this.#leftOut++;
      return;
    }
    if (this.#kept++ === 0) this.#clock.setTimer(MCP_LOG_MS, () => this.flush());
    this.#say(level, text);
  }

  /** Says what was left out since the last time. */
  flush(): void {
    const count = this.#leftOut;
    this.#kept = 0;
    this.#leftOut = 0;
    const limit = `it logs more than ${MCP_LOG_LINES} in ${MCP_LOG_MS / 1_000} s`;
    if (count > 0) this.#say('warning', `[${count} ${count === 1 ? 'line' : 'lines'} left out: ${limit}]`);
  }

  #say(level: string, text: string): void {
    // A terminal must not take what a server says for commands.
    const plain = stripVTControlCharacters(text.slice(0, TOOL_LOG_MAX_CHARS + 1));
    const shown = plain.length > TOOL_LOG_MAX_CHARS ? `${plain.slice(0, TOOL_LOG_MAX_CHARS - 1)}…` : plain;
    this.#tell({ type: 'server.logged', server: this.#server, level: level.slice(0, 20), text: shown });
  }
}
