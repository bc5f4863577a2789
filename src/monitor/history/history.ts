import { HISTORY_CHUNKS } from '../../base/monitor-limits.ts';
import type { AgentSpec, EndedStatus, ErrorInfo, RunEvent, Usage } from '../../protocol.ts';
import { Fold } from './fold.ts';
import { KeptEvents, type Seq } from './kept-events.ts';
import { Names } from './names.ts';
import { noteDead, noteRow } from './note-row.ts';
import { type AgentEvent, CHUNK_ROWS, Chunk, isKept, NO_AGENT, NO_NAME, toKind } from './rows.ts';
import { Spending } from './spending.ts';

/**
 * What has happened in a run, in numbers: enough to say where every agent was at any moment.
 *
 * Contract: `append` is all that a run pays while nobody watches, about 0.1 us an event, and some microseconds
 * a rare one that is kept itself. The newest `HISTORY_CHUNKS * CHUNK_ROWS` events (2 million, 54 MB) are kept.
 */
export class History {
  readonly agents: readonly string[];
  /** Called whenever a chunk is full, so that whoever folds the rows never falls behind what is dropped. */
  onChunk: (() => void) | undefined;
  /** Why memory cannot be written, while it cannot. */
  trouble: ErrorInfo | undefined;
  /** Up to the last event. */
  spending: Spending;
  /** How the run began, however long ago. Undefined before that. */
  began: (RunEvent & { readonly type: 'run.started' }) | undefined;
  readonly #positions = new Map<string, number>();
  readonly #names = new Names();
  readonly #runEvents = new KeptEvents();
  /** Of agents, those that no row can tell. */
  readonly #agentEvents = new KeptEvents();
  #chunks: Chunk[] = [new Chunk()];
  /** Chunks dropped so far. */
  #dropped = 0;
  /** What was before the first row of each chunk; undefined where nobody has needed it yet. */
  #keyframes: (Fold | undefined)[];

  readonly #chunksMax: number;

  /**
   * @param specs All agents, in order.
   * @param ended Those who had ended before the first event. Default: nobody.
   * @param chunksMax Chunks kept. Default `HISTORY_CHUNKS`.
   */
  constructor(
    specs: readonly Pick<AgentSpec, 'id'>[],
    ended: ReadonlyMap<string, EndedStatus> = new Map(),
    chunksMax = HISTORY_CHUNKS,
  ) {
    this.#chunksMax = chunksMax;
    this.agents = specs.map(({ id }) => id);
    this.spending = new Spending(this.agents.length);
    for (const [position, id] of this.agents.entries()) this.#positions.set(id, position);
    const start = new Fold(this.agents.length);
    for (const [agent, status] of ended) start.place(this.#positions.get(agent) ?? NO_AGENT, status);
    this.#keyframes = [start];
  }

  /** Of models and tools, as they first appear. */
  get names(): readonly string[] {
    return this.#names.list;
  }

  /** @returns The agent's position, or undefined if the run has none of that name. */
  positionOf(agent: string): number | undefined {
    return this.#positions.get(agent);
  }

  /** The last event's number; 0 before the first. */
  get last(): Seq {
    return (this.#dropped + this.#chunks.length - 1) * CHUNK_ROWS + this.#newest.length;
  }

  /** The oldest event that is still there. */
  get first(): Seq {
    return this.#dropped * CHUNK_ROWS + 1;
  }

  /** How everything stood before the first event. */
  start(): Fold {
    return (this.#keyframes[0] as Fold).clone();
  }

  /** Time of the first event that is still there; 0 if there is none. */
  get from(): number {
    return this.#chunks[0]?.at[0] ?? 0;
  }

  /** Time of the last event; 0 before the first. */
  get at(): number {
    return this.last === 0 ? 0 : this.#at(this.last);
  }

  /** Takes the next event. A property, so that it can be handed over as a listener. */
  readonly append = (event: RunEvent): void => {
    const chunk = this.#room();
    const index = chunk.length++;
    chunk.at[index] = event.at;
    const kind = toKind(event.type);
    chunk.kind[index] = kind;
    chunk.name[index] = NO_NAME;
    if ('agent' in event) {
      const agent = this.#positions.get(event.agent) ?? NO_AGENT;
      chunk.agent[index] = agent;
      noteRow(chunk, index, event, this.#positions, this.#names);
      const usage = usageOf(event);
      if (usage !== undefined) this.spending.add(agent, usage);
      if (isKept(kind)) this.#agentEvents.keep(this.last, event);
    } else {
      chunk.agent[index] = NO_AGENT;
      this.#runEvents.keep(this.last, event);
      if (event.type === 'run.started') this.began = event;
      if (event.type === 'message.dead') noteDead(chunk, index, event.letter, this.#positions);
      if (event.type === 'store.degraded') this.trouble = event.error;
      if (event.type === 'store.recovered') this.trouble = undefined;
    }
  };

  /** Where a row is. @throws {RangeError} If it is not there. */
  row(seq: Seq): { readonly chunk: Chunk; readonly index: number } {
    const place = seq - 1 - this.#dropped * CHUNK_ROWS;
    const chunk = this.#chunks[Math.floor(place / CHUNK_ROWS)];
    const index = place % CHUNK_ROWS;
    if (place < 0 || chunk === undefined || index >= chunk.length) throw new RangeError(`Cannot read row ${seq}`);
    return { chunk, index };
  }

  /** An event that no row can tell, as the log shows it. Undefined: a row does, or too many have come since. */
  keptEvent(seq: Seq): RunEvent | undefined {
    return this.#runEvents.get(seq) ?? this.#agentEvents.get(seq);
  }

  /** The last event at or before a moment; 0 if there is none. */
  seqAt(at: number): Seq {
    let [low, high] = [this.first - 1, this.last];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#at(middle) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Applies the rows after `fold.seq` up to `seq`, or to the last one. */
  advance(fold: Fold, seq: Seq = this.last): void {
    const end = Math.min(seq, this.last);
    while (fold.seq < end) {
      const place = fold.seq - this.#dropped * CHUNK_ROWS;
      const number = Math.floor(place / CHUNK_ROWS);
      const chunk = this.#chunks[number];
      if (chunk === undefined) throw new RangeError(`Cannot go on from row ${fold.seq}`);
      const start = place % CHUNK_ROWS;
      if (start === 0) this.#keyframes[number] ??= fold.clone();
      fold.apply(chunk, start, Math.min(chunk.length, start + end - fold.seq));
    }
  }

  /** How the run stood after a row; at the cost of a chunk's rows, once it has been that far. */
  foldAt(seq: Seq): Fold {
    const place = Math.max(0, seq - this.#dropped * CHUNK_ROWS);
    let number = Math.min(Math.floor(place / CHUNK_ROWS), this.#chunks.length - 1);
    while (number > 0 && this.#keyframes[number] === undefined) number--;
    const fold = (this.#keyframes[number] as Fold).clone();
    this.advance(fold, Math.max(seq, fold.seq));
    return fold;
  }

  /** The same rows in the order of their time; those of one moment stay as they are. */
  sorted(): History {
    const times = Float64Array.from({ length: this.last }, (_, i) => this.#at(i + 1));
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    const sorted = new History(this.agents.map((id) => ({ id })));
    sorted.#keyframes = [this.start()];
    sorted.spending = this.spending;
    sorted.began = this.began;
    for (const name of this.names) sorted.#names.placeOf(name);
    for (const place of order) sorted.#copy(this, place + 1);
    return sorted;
  }

  #copy(from: History, seq: Seq): void {
    const { chunk, index } = from.row(seq);
    this.#room().copy(chunk, index);
    this.#runEvents.copy(from.#runEvents, seq, this.last);
    this.#agentEvents.copy(from.#agentEvents, seq, this.last);
  }

  #at(seq: Seq): number {
    const { chunk, index } = this.row(seq);
    return chunk.at[index] ?? 0;
  }

  /** The chunk with a free row. */
  #room(): Chunk {
    return this.#newest.length === CHUNK_ROWS ? this.#grow() : this.#newest;
  }

  get #newest(): Chunk {
    return this.#chunks[this.#chunks.length - 1] as Chunk;
  }

  #grow(): Chunk {
    this.onChunk?.();
    const chunk = new Chunk();
    this.#chunks.push(chunk);
    if (this.#chunks.length > this.#chunksMax) {
      // What the dropped rows have led to has to stay known.
      this.#keyframes[1] ??= this.foldAt((this.#dropped + 1) * CHUNK_ROWS);
      this.#chunks = this.#chunks.slice(1);
      this.#keyframes = this.#keyframes.slice(1);
      this.#dropped++;
      this.#runEvents.dropBefore(this.first);
      this.#agentEvents.dropBefore(this.first);
    }
    return chunk;
  }
}

function usageOf(event: AgentEvent): Usage | undefined {
  if (event.type === 'agent.decided') return event.decision.usage;
  return event.type === 'agent.condensed' ? event.usage : undefined;
}
