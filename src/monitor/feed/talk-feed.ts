import type { RunEvent } from '../../protocol.ts';
import type {
  InboxMessage,
  InboxTopic,
  MessagesMessage,
  MessagesTopic,
  SequenceMessage,
  SequenceTopic,
} from '../talk-messages.ts';
import { Channels, type Subscriber } from './channels.ts';
import { InboxView, toInbox } from './inbox-view.ts';
import { MessagesView } from './messages-view.ts';
import { SequenceView, toSequence } from './sequence-view.ts';
import type { Watch } from './watch.ts';

export type TalkTopic = MessagesTopic | SequenceTopic | InboxTopic;

/** Tells subscribers what agents say to each other, and what waits for people. Works only while somebody is subscribed. */
export class TalkFeed {
  readonly #watch: Watch;
  readonly #encode: (message: object) => string;
  readonly #messages: Channels<Omit<MessagesMessage, 'id'>, MessagesView>;
  readonly #sequence: Channels<Omit<SequenceMessage, 'id'>, SequenceView>;
  readonly #inbox: Channels<Omit<InboxMessage, 'id'>, InboxView>;

  constructor(watch: Watch, encode: (message: object) => string) {
    this.#watch = watch;
    this.#encode = encode;
    this.#messages = new Channels(encode, (view) => view.all());
    this.#sequence = new Channels(encode, (view) => view.all());
    this.#inbox = new Channels(encode, (view) => view.all());
  }

  /** Subscriptions. */
  get size(): number {
    return this.#messages.size + this.#sequence.size + this.#inbox.size;
  }

  /** Takes each event of a live run, after the history has it. */
  take(event: RunEvent): void {
    if (this.#sequence.size > 0) for (const view of this.#sequence.views()) view.take(event);
    if (this.#inbox.size > 0) for (const view of this.#inbox.views()) view.take(event);
  }

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN`. */
  async subscribe(subscriber: Subscriber, topic: TalkTopic, mark: object): Promise<void> {
    subscriber.send(this.#encode({ ...(await this.#open(subscriber, topic)), ...mark }));
  }

  async #open(subscriber: Subscriber, topic: TalkTopic): Promise<object> {
    switch (topic.topic) {
      case 'messages': {
        const { group } = topic;
        return this.#messages.subscribe(subscriber, group ?? '', () => new MessagesView(this.#watch, group)).all();
      }
      case 'sequence': {
        const agents = [...new Set(topic.agents)];
        const open = () => new SequenceView(this.#watch, agents);
        const view = this.#sequence.subscribe(subscriber, JSON.stringify(agents), open);
        await view.ready.catch((error) => {
          this.#sequence.unsubscribe(subscriber);
          throw error;
        });
        return view.all();
      }
      case 'inbox':
        return this.#openInbox(subscriber, topic.limit).all();
    }
  }

  #openInbox(subscriber: Subscriber, limit: number | undefined): InboxView {
    const open = () => new InboxView(this.#watch, limit);
    return this.#inbox.subscribe(subscriber, String(limit ?? ''), open);
  }

  /** A topic as it is now, or was at a moment. */
  async answer(topic: TalkTopic, at: number | undefined): Promise<object> {
    switch (topic.topic) {
      case 'messages':
        this.#watch.advance();
        return new MessagesView(this.#watch, topic.group, at).all();
      case 'sequence':
        return toSequence(this.#watch, [...new Set(topic.agents)], at);
      case 'inbox':
        return toInbox(this.#watch, topic, at);
    }
  }

  unsubscribe(subscriber: Subscriber, topic: TalkTopic['topic']): number {
    const channels = { messages: this.#messages, sequence: this.#sequence, inbox: this.#inbox }[topic];
    return channels.unsubscribe(subscriber) ? 1 : 0;
  }

  /** What is told as it happens. */
  flush(): void {
    this.#sequence.flush();
    this.#inbox.flush();
  }

  /** What is told less often. */
  flushNumbers(): void {
    this.#messages.flush();
  }
}
