import { SEQUENCE_MESSAGES } from '../../base/monitor-limits.ts';
import type { RunEvent } from '../../protocol.ts';
import { type Chunk, NO_AGENT, NO_NAME, toKind } from '../history/rows.ts';
import { toShortEvent } from '../short-event.ts';
import type { SequenceEntry, SequenceMessage } from '../talk-messages.ts';
import type { View } from './channels.ts';
import { queryLog } from './log-query.ts';
import { OUTSIDE } from './tell-row.ts';
import type { Watch } from './watch.ts';

type Frame = Omit<SequenceMessage, 'id'>;

const SENT = toKind('message.sent');

/** Journals are read again so often for texts that were not there yet: an agent writes them down at the end of its turn. */
const READS_MAX = 20;

/** The newest messages that some agents have sent to each other, and those that come. */
export class SequenceView implements View<Frame> {
  /** Resolves when those of before are there. */
  readonly ready: Promise<void>;
  readonly #watch: Watch;
  readonly #agents: readonly string[];
  readonly #columns: Columns;
  #entries: readonly SequenceEntry[] = [];
  #fresh: SequenceEntry[] = [];
  #isReading = false;
  /** It is not what was told before, and more. */
  #isOther = false;
  #reads = 0;

  /** @throws {TroupeError} `AGENT_UNKNOWN`. */
  constructor(watch: Watch, agents: readonly string[]) {
    this.#watch = watch;
    this.#agents = agents;
    this.#columns = new Columns(watch, agents);
    this.ready = this.#read();
  }

  take(event: RunEvent): void {
    if (event.type === 'agent.stored' && this.#mayFill(event.agent)) {
      this.#read().then(
        () => {
          this.#isOther = true;
        },
        () => undefined,
      );
    }
    if (event.type !== 'message.sent') return;
    const { from, to } = event.message;
    if (!this.#columns.has(from) || !this.#columns.has(to)) return;
    this.#fresh.push(...toEntries([toShortEvent(event)]));
    if (this.#fresh.length > SEQUENCE_MESSAGES) this.#fresh.shift();
  }

  /** What has come since the last call, or the whole if that has changed; undefined if nothing has. */
  changes(): Frame | undefined {
    if (this.#isReading || (this.#fresh.length === 0 && !this.#isOther)) return undefined;
    const messages = this.#fresh;
    this.#fresh = [];
    this.#entries = [...this.#entries, ...messages].slice(-SEQUENCE_MESSAGES);
    if (!this.#isOther) return { type: 'sequence', at: this.#watch.at, agents: this.#agents, messages };
    this.#isOther = false;
    return this.all();
  }

  /** As of the last frame. */
  all(): Frame {
    return { type: 'sequence', at: this.#watch.at, agents: this.#agents, whole: true, messages: this.#entries };
  }

  /** What the history has now; whatever comes after that is taken. */
  async #read(): Promise<void> {
    this.#reads++;
    this.#isReading = true;
    const known = new Map([...this.#entries, ...this.#fresh].map((entry) => [toPlace(entry), entry]));
    this.#fresh = [];
    try {
      const found = await findMessages(this.#watch, this.#columns);
      this.#entries = found.map((entry) => (entry.id === '' ? (known.get(toPlace(entry)) ?? entry) : entry));
    } finally {
      this.#isReading = false;
    }
  }

  /** The agent has written down what it has got, and of something that it has got the text is not known. */
  #mayFill(agent: string): boolean {
    if (this.#isReading || this.#reads > READS_MAX) return false;
    return this.#entries.some(({ id, from, to }) => id === '' && (to === agent || from === agent));
  }
}

function toPlace({ at, from, to }: SequenceEntry): string {
  return `${at} ${from} ${to}`;
}

/** As it is now, or was at a moment. @throws {TroupeError} `AGENT_UNKNOWN`. */
export async function toSequence(watch: Watch, agents: readonly string[], at?: number): Promise<Frame> {
  const messages = await findMessages(watch, new Columns(watch, agents), at);
  return { type: 'sequence', at: at ?? watch.at, agents, whole: true, messages };
}

/** Who is in the diagram: agents, groups as a whole, and whoever is outside. */
class Columns {
  readonly #watch: Watch;
  readonly #outside = new Set<string>();
  readonly #agents = new Set<number>();
  readonly #groups = new Set<number>();

  /** @throws {TroupeError} `AGENT_UNKNOWN`. */
  constructor(watch: Watch, names: readonly string[]) {
    this.#watch = watch;
    for (const name of names) {
      const group = watch.groups.findIndex((other) => other.name === name);
      if (name === OUTSIDE || name.startsWith('source:')) this.#outside.add(name);
      else if (group >= 0) this.#groups.add(group);
      else this.#agents.add(watch.positionOf(name));
    }
  }

  has(name: string): boolean {
    const position = this.#watch.history.positionOf(name);
    return position === undefined ? this.#outside.has(name) : this.hasAgent(position);
  }

  hasAgent(position: number): boolean {
    return this.#agents.has(position) || this.#groups.has(this.#watch.groupOf[position] ?? -1);
  }
}

async function findMessages(watch: Watch, columns: Columns, at?: number): Promise<SequenceEntry[]> {
  const { names } = watch.history;
  const fitsRow = (chunk: Chunk, index: number): boolean => {
    const from = chunk.agent[index] ?? NO_AGENT;
    const to = chunk.value[index] ?? NO_AGENT;
    if (chunk.kind[index] !== SENT || to === NO_AGENT || !columns.hasAgent(to)) return false;
    return from === NO_AGENT ? columns.has(names[chunk.name[index] ?? NO_NAME] ?? OUTSIDE) : columns.hasAgent(from);
  };
  return toEntries(await queryLog(watch, { fitsRow }, SEQUENCE_MESSAGES, at));
}

function toEntries(events: readonly RunEvent[]): SequenceEntry[] {
  return events.flatMap((event) => {
    if (event.type !== 'message.sent') return [];
    const { id, from, to, kind, body, correlation, causation } = event.message;
    return [{ id, from, to, kind, body, at: event.at, correlation, ...(causation !== undefined && { causation }) }];
  });
}
