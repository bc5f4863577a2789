import { CIRCLES_TOLD, LETTERS_TOLD, TALK_RATE_MS } from '../../base/monitor-limits.ts';
import { Asks } from './asks.ts';
import { EdgeTable } from './edge-table.ts';
import type { History } from './history.ts';
import type { Seq } from './kept-events.ts';
import { type Chunk, DEAD_REASONS, MESSAGE_KINDS, NO_AGENT, NO_NAME, toKind } from './rows.ts';

const SENT = toKind('message.sent');
const DEAD = toKind('message.dead');
const STORED = toKind('agent.stored');
const RESTARTING = toKind('agent.restarting');
const ENDED = toKind('agent.ended');
const LOOPED = toKind('message.looped');
const DEADLOCK = toKind('message.deadlock');
const ASK = MESSAGE_KINDS.indexOf('ask');
const REPLY = MESSAGE_KINDS.indexOf('reply');

/** Where a message begins and ends in the graph, as a number below 2^25. */
export interface Nodes {
  /** @param name Place of the name of one that is none of the run's agents, or `NO_NAME`. Undefined: it is left out. */
  edgeOf(from: number, name: number, to: number): readonly [from: number, to: number] | undefined;
}

/**
 * Who has said how much to whom, what nobody has heard, and who waits for an answer: folded from the rows of a history, from
 * the first that is still there on. Nothing is kept for it while nobody looks.
 */
export class Talk {
  /** The last row applied. */
  seq: Seq;
  readonly edges: EdgeTable;
  readonly asks = new Asks();
  /** In the order of `DEAD_REASONS`. */
  readonly dead = new Uint32Array(DEAD_REASONS.length);
  /** Numbers of the newest rows about dead letters, and about deadlocks and loops; oldest first. */
  readonly letters: Seq[] = [];
  readonly circles: Seq[] = [];
  /** Time of the first row applied. */
  readonly from: number;
  readonly #history: History;
  readonly #nodes: Nodes;
  /** The last row that is not recent any more. */
  #tail: Seq;

  constructor(history: History, nodes: Nodes, edges = new EdgeTable()) {
    this.#history = history;
    this.#nodes = nodes;
    this.edges = edges;
    this.from = history.from;
    this.seq = history.first - 1;
    this.#tail = this.seq;
  }

  /** Applies the rows up to `seq`; recent is what was said in the `TALK_RATE_MS` before `at`. */
  advance(seq: Seq, at: number): void {
    const history = this.#history;
    this.seq = Math.max(this.seq, history.first - 1);
    while (this.seq < seq) {
      this.seq++;
      const { chunk, index } = history.row(this.seq);
      this.#apply(chunk, index, this.seq);
    }
    this.#forgetBefore(at - TALK_RATE_MS);
  }

  #apply(chunk: Chunk, index: number, seq: Seq): void {
    const agent = chunk.agent[index] ?? NO_AGENT;
    switch (chunk.kind[index]) {
      case SENT: {
        const edge = this.#edgeOf(chunk, index);
        const kind = chunk.flag[index] ?? 0;
        if (edge !== undefined) {
          edge.total++;
          edge.recent++;
          edge.kinds[kind] = (edge.kinds[kind] ?? 0) + 1;
        }
        const to = chunk.value[index] ?? NO_AGENT;
        if (kind === ASK && agent >= 0) this.asks.ask(agent, to, chunk.at[index] ?? 0);
        if (kind === REPLY) this.asks.answer(agent, to);
        break;
      }
      case DEAD: {
        const reason = chunk.flag[index] ?? 0;
        this.dead[reason] = (this.dead[reason] ?? 0) + 1;
        keep(this.letters, seq, LETTERS_TOLD);
        break;
      }
      case LOOPED:
      case DEADLOCK:
        keep(this.circles, seq, CIRCLES_TOLD);
        break;
      // A call that asks ends with its turn: whoever has stored one waits for nobody.
      case STORED:
      case RESTARTING:
      case ENDED:
        this.asks.goesOn(agent);
        break;
    }
  }

  #edgeOf(chunk: Chunk, index: number) {
    const from = chunk.agent[index] ?? NO_AGENT;
    const ends = this.#nodes.edgeOf(from, chunk.name[index] ?? NO_NAME, chunk.value[index] ?? NO_AGENT);
    return ends === undefined ? undefined : this.edges.edge(...ends);
  }

  #forgetBefore(at: number): void {
    const history = this.#history;
    if (this.#tail < history.first - 1) this.#countAnew();
    while (this.#tail < this.seq) {
      const { chunk, index } = history.row(this.#tail + 1);
      if ((chunk.at[index] ?? 0) > at) return;
      this.#tail++;
      if (chunk.kind[index] !== SENT) continue;
      const edge = this.#edgeOf(chunk, index);
      if (edge !== undefined) edge.recent--;
    }
  }

  /** More has come within the window than is kept. */
  #countAnew(): void {
    this.edges.forgetRecent();
    this.#tail = this.#history.first - 1;
    for (let seq = this.#tail + 1; seq <= this.seq; seq++) {
      const { chunk, index } = this.#history.row(seq);
      const edge = chunk.kind[index] === SENT ? this.#edgeOf(chunk, index) : undefined;
      if (edge !== undefined) edge.recent++;
    }
  }
}

function keep(newest: Seq[], seq: Seq, max: number): void {
  newest.push(seq);
  if (newest.length > max) newest.shift();
}
