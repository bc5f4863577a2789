import { MAILBOXES_TOLD, TALK_EDGES_TOLD, TALK_RATE_MS, WAITS_TOLD } from '../../base/monitor-limits.ts';
import type { DeadLetter, RunEvent } from '../../protocol.ts';
import type { Edge } from '../history/edge-table.ts';
import type { Seq } from '../history/kept-events.ts';
import { DEAD_REASONS, MESSAGE_KINDS } from '../history/rows.ts';
import { Talk } from '../history/talk.ts';
import type { LettersView, MailboxesView, MessagesMessage, TalkEdge, TalkView, WaitsView } from '../talk-messages.ts';
import type { View } from './channels.ts';
import { TalkNodes } from './talk-nodes.ts';
import type { Watch } from './watch.ts';

type Frame = Omit<MessagesMessage, 'id'>;
type Part = 'talk' | 'mailboxes' | 'letters' | 'circles' | 'waits';

const PARTS: readonly Part[] = ['talk', 'mailboxes', 'letters', 'circles', 'waits'];

/** Who talks to whom, what waits in mailboxes, what nobody has heard; parts are told when they have changed. */
export class MessagesView implements View<Frame> {
  readonly #watch: Watch;
  readonly #group: string | undefined;
  readonly #nodes: TalkNodes;
  readonly #talk: Talk;
  readonly #at: number | undefined;
  #shown: Frame;
  #texts: Readonly<Record<Part, string>>;

  /**
   * @param group Whose members are told one by one. Default: groups alone.
   * @param at As it was at this moment. Default: now.
   * @throws {TroupeError} `GROUP_UNKNOWN`.
   */
  constructor(watch: Watch, group?: string, at?: number) {
    this.#watch = watch;
    this.#group = group;
    this.#at = at;
    this.#nodes = new TalkNodes(watch, group);
    this.#talk = new Talk(watch.history, this.#nodes);
    this.#shown = this.#read();
    this.#texts = toTexts(this.#shown);
  }

  /** What has changed since the last call; undefined if nothing has. */
  changes(): Frame | undefined {
    const next = this.#read();
    const texts = toTexts(next);
    const changed = PARTS.filter((part) => texts[part] !== this.#texts[part]);
    this.#shown = next;
    this.#texts = texts;
    if (changed.length === 0) return undefined;
    return { ...this.#head(next.at), ...Object.fromEntries(changed.map((part) => [part, next[part]])) };
  }

  /** All parts, as of the last frame. */
  all(): Frame {
    return this.#shown;
  }

  #head(at: number): Pick<Frame, 'type' | 'at' | 'group' | 'from'> {
    return { type: 'messages', at, from: this.#talk.from, ...(this.#group !== undefined && { group: this.#group }) };
  }

  #read(): Frame {
    const watch = this.#watch;
    const at = this.#at ?? watch.at;
    this.#talk.advance(this.#at === undefined ? watch.history.last : watch.history.seqAt(at), at);
    return {
      ...this.#head(at),
      talk: this.#toTalk(at),
      mailboxes: toMailboxes(watch, this.#at),
      letters: this.#toLetters(),
      circles: this.#events(this.#talk.circles),
      waits: this.#toWaits(),
    };
  }

  #toTalk(at: number): TalkView {
    const { edges, rest } = this.#talk.edges.busiest(TALK_EDGES_TOLD);
    // In its first seconds a run has no 10 s to look back on.
    const seconds = Math.min(TALK_RATE_MS, Math.max(1_000, at - this.#talk.from)) / 1_000;
    return {
      edges: edges.map((edge) => {
        const [from, to] = [this.#nodes.nameOf(edge.from), this.#nodes.nameOf(edge.to)];
        return { from, to, ...toNumbers(edge, seconds) };
      }),
      rest: toNumbers(rest, seconds),
    };
  }

  #toLetters(): LettersView {
    const { dead, letters } = this.#talk;
    const counts = [...DEAD_REASONS].flatMap((reason, index) => {
      const count = dead[index] ?? 0;
      return count === 0 ? [] : [[reason, count] as const];
    });
    const newest = this.#events(letters).flatMap((event): DeadLetter[] =>
      event.type === 'message.dead' ? [event.letter] : [],
    );
    return { counts: Object.fromEntries(counts), newest };
  }

  /** Those of which the history still knows what they said. */
  #events(seqs: readonly Seq[]): RunEvent[] {
    return seqs.flatMap((seq) => this.#watch.history.keptEvent(seq) ?? []);
  }

  #toWaits(): WaitsView {
    const { waits, total } = this.#talk.asks.longest(WAITS_TOLD);
    const { specs } = this.#watch.source;
    return {
      total,
      longest: waits.map(({ from, to, asks, since }) => {
        return { agent: specs[from]?.id ?? '?', for: specs[to]?.id ?? '?', asks, since };
      }),
    };
  }
}

function toNumbers({ total, recent, kinds }: Edge, seconds: number): Omit<TalkEdge, 'from' | 'to'> {
  const counted = MESSAGE_KINDS.flatMap((kind, index) => {
    const count = kinds[index] ?? 0;
    return count === 0 ? [] : [[kind, count] as const];
  });
  return { total, kinds: Object.fromEntries(counted), perSecond: Math.round((recent / seconds) * 100) / 100 };
}

function toMailboxes(watch: Watch, at: number | undefined): MailboxesView {
  const { mailboxes } = watch.foldAt(at);
  const histogram: number[] = [];
  const fullest: { position: number; messages: number }[] = [];
  let total = 0;
  for (const [position, messages] of mailboxes.entries()) {
    const bucket = messages === 0 ? 0 : 1 + Math.floor(Math.log2(messages));
    while (histogram.length <= bucket) histogram.push(0);
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
    total += messages;
    const last = fullest[MAILBOXES_TOLD - 1];
    if (messages === 0 || (last !== undefined && messages <= last.messages)) continue;
    fullest.splice(fullest.findLastIndex((other) => other.messages >= messages) + 1, 0, { position, messages });
    if (last !== undefined) fullest.pop();
  }
  const { specs } = watch.source;
  return {
    total,
    fullest: fullest.map(({ position, messages }) => ({ agent: specs[position]?.id ?? '?', messages })),
    histogram,
  };
}

function toTexts(frame: Frame): Readonly<Record<Part, string>> {
  return Object.fromEntries(PARTS.map((part) => [part, JSON.stringify(frame[part])])) as Record<Part, string>;
}
