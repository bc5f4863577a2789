import type { Subscriber } from '../../../src/monitor/feed/channels.ts';
import type { ServerMessage } from '../../../src/monitor/messages.ts';

/** A subscriber that keeps what it gets; while `isSlow` it has no room. */
export class Reader implements Subscriber {
  isSlow = false;
  readonly got: ServerMessage[] = [];

  hasRoom(): boolean {
    return !this.isSlow;
  }

  send(text: string): void {
    this.got.push(JSON.parse(text) as ServerMessage);
  }

  /** What it has got of a type since the last call. */
  take<T extends ServerMessage['type']>(type: T): (ServerMessage & { type: T })[] {
    const taken = this.got.filter((message): message is ServerMessage & { type: T } => message.type === type);
    const rest = this.got.filter((message) => message.type !== type);
    this.got.splice(0, this.got.length, ...rest);
    return taken;
  }
}
