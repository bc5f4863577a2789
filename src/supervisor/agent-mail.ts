import type { CallMail, MailCall } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import { HANDOFF_MAX_CHARS } from '../base/limits.ts';
import { parseBid, pickBid } from '../messaging/chooser.ts';
import { assertTopic } from '../messaging/topics.ts';
import type { ChatMessage, Message } from '../protocol.ts';
import type { DelegateOptions, MailReply, SpawnOptions } from '../tools/tool.ts';
import type { Draft } from './draft.ts';
import { findWholeGroups, toGroup } from './find-whole-groups.ts';
import type { PostOffice } from './post-office.ts';
import { Sayings } from './sayings.ts';

/** What one tool call says to other agents: each message has an id made of the call's key, the same after a crash. */
export class AgentMail implements CallMail {
  readonly #office: PostOffice;
  readonly #call: MailCall;
  readonly #sayings: Sayings;

  constructor(office: PostOffice, call: MailCall) {
    this.#office = office;
    this.#call = call;
    this.#sayings = new Sayings(() => call.idempotencyKey);
  }

  begin(): void {
    this.#sayings.begin();
  }

  send(to: string, body: string): Promise<void> {
    return this.#sayings.say(['send', to, body], async (id) =>
      this.#post({ to: this.#office.find(to, this.#call.cause), kind: 'tell', body, id }),
    );
  }

  ask(to: string, body: string): Promise<MailReply> {
    return this.#sayings.say(['ask', to, body], async (id) =>
      this.#ask(this.#office.find(to, this.#call.cause), body, id),
    );
  }

  publish(topic: string, body: string): Promise<number> {
    return this.#sayings.say(['publish', topic, body], (id) => this.#publish(topic, body, id));
  }

  async #publish(topic: string, body: string, id: string): Promise<number> {
    assertTopic(topic);
    const { agent, cause } = this.#call;
    let reached = 0;
    const subscribers = this.#office.topics.of(topic);
    const whole = findWholeGroups(this.#office, agent, subscribers);
    for (const to of subscribers) {
      if (to === agent) continue;
      const draft = { id: `${id}/${to}`, from: agent, to, kind: 'topic', topic, body, cause } as const;
      const message = whole.size > 0 && whole.has(toGroup(to)) ? { ...draft, way: { isShared: true } } : draft;
      if (this.#office.postOrBury(message) !== undefined) reached++;
    }
    return reached;
  }

  async subscribe(topic: string): Promise<void> {
    assertTopic(topic);
    this.#office.subscribe(this.#call.agent, topic);
  }

  async unsubscribe(topic: string): Promise<void> {
    assertTopic(topic);
    this.#office.unsubscribe(this.#call.agent, topic);
  }

  delegate(
    to: string,
    task: string,
    options: DelegateOptions = {},
  ): Promise<{ readonly to: string; readonly text?: string }> {
    return this.#sayings.say(['delegate', to, task], (id) => this.#delegate(to, task, options, id));
  }

  async #delegate(
    to: string,
    task: string,
    { policy = 'round-robin', best = 'lowest', wait = true }: DelegateOptions,
    id: string,
  ): Promise<{ readonly to: string; readonly text?: string }> {
    const members = this.#membersOf(to);
    const chosen =
      this.#office.findReceiver(id, members) ??
      (policy === 'auction' ? await this.#auction(members, task, best, id) : this.#choose(to, members, policy));
    if (wait) return { to: chosen, text: (await this.#ask(chosen, task, id)).text };
    await this.#post({ to: chosen, kind: 'tell', body: task, id });
    return { to: chosen };
  }

  handOff(to: string, note: string): Promise<string> {
    return this.#sayings.say(['handOff', to, note], (id) => this.#handOff(to, note, id));
  }

  async #handOff(to: string, note: string, id: string): Promise<string> {
    const target = this.#office.find(to, this.#call.cause);
    const { cause, agent } = this.#call;
    if (target === agent) throw new TroupeError('TOOL_ARGUMENTS', `Cannot hand over to "${to}": that is the caller`);
    const answers = toAnswered(cause);
    const body = toHandoff(agent, note, this.#call.conversation());
    const gathered = cause?.way?.gather === undefined ? {} : toWired(cause);
    await this.#post({
      to: target,
      kind: 'handoff',
      body,
      id,
      ...(answers && { answers }),
      ...gathered,
    });
    if (answers !== undefined) this.#office.asks.move(answers.ask, target);
    this.#call.ends = { what: 'observation', to: target };
    return target;
  }

  spawn(
    group: string,
    task: string,
    { wait = false }: SpawnOptions = {},
  ): Promise<{ readonly agent: string; readonly text?: string }> {
    return this.#sayings.say(['spawn', group, task], (id) => this.#spawn(group, task, wait, id));
  }

  async #spawn(
    group: string,
    task: string,
    wait: boolean,
    id: string,
  ): Promise<{ readonly agent: string; readonly text?: string }> {
    const agent = this.#office.spawn(group, { key: id, parent: this.#call.agent });
    if (wait) return { agent, text: (await this.#ask(agent, task, id)).text };
    await this.#post({ to: agent, kind: 'tell', body: task, id });
    return { agent };
  }

  #post(draft: Omit<Draft, 'from' | 'cause'>): Promise<void> {
    const { agent, cause } = this.#call;
    let leave: (() => void) | undefined;
    const onAbort = (cancel: () => void): void => {
      leave = cancel;
    };
    const posted = this.#office.post({ ...draft, from: agent, cause }, { onAbort });
    return leave === undefined ? posted : this.#waitForRoom(draft, posted, leave);
  }

  /** @throws {TroupeError} `DEADLOCK`. */
  #waitForRoom(
    { id, kind, to }: Pick<Draft, 'id' | 'kind' | 'to'>,
    posted: Promise<void>,
    leave: () => void,
  ): Promise<void> {
    const { asks } = this.#office;
    this.#call.onAbort(leave);
    // An ask waits for its answer, and so for room, already.
    if (kind === 'ask') return posted;
    try {
      const close = asks.waitForRoom(id, { from: this.#call.agent, to });
      this.#call.onAbort(close);
      return posted.then(close);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #ask(to: string, body: string, id: string): Promise<MailReply> {
    // It may have answered before a crash, and ended since.
    const known = this.#office.isAlive(to) ? undefined : await this.#office.findAnswer(to, id);
    return known ?? this.#await(to, body, id);
  }

  #await(to: string, body: string, id: string): Promise<MailReply> {
    return new Promise((resolve, reject) => {
      const { agent } = this.#call;
      const close = this.#office.asks.open(id, { from: agent, to, resolve, reject });
      if (close === undefined) return;
      this.#call.onAbort(close);
      const refuse = (error: Error): void => {
        close();
        reject(error);
      };
      this.#office.findAnswer(to, id).then((known) => {
        if (known !== undefined) this.#office.asks.answer(id, known);
      }, refuse);
      try {
        this.#post({ to, kind: 'ask', body, id }).catch(refuse);
      } catch (error) {
        refuse(error as Error);
      }
    });
  }

  #membersOf(to: string): readonly string[] {
    const members = this.#office.addresses.members(to) ?? [this.#office.find(to, this.#call.cause)];
    const others = members.filter((member) => member !== this.#call.agent);
    if (others.length > 0) return others;
    throw new TroupeError('AGENT_UNKNOWN', `Cannot delegate to "${to}": nobody of it is there`);
  }

  #choose(
    group: string,
    members: readonly string[],
    policy: Exclude<DelegateOptions['policy'], 'auction' | undefined>,
  ) {
    const { random } = this.#office.parts;
    return this.#office.chooser.choose(group, members, policy, {
      load: (agent) => this.#office.loadOf(agent),
      random: random.fork(`delegate ${this.#call.idempotencyKey}`),
    });
  }

  /** All are asked at once; who cannot answer does not bid. */
  async #auction(members: readonly string[], task: string, best: 'lowest' | 'highest', id: string): Promise<string> {
    const asked = members.map(async (to) => {
      const { text } = await this.#ask(to, `Bid for this task with a number alone: ${task}`, `${id}.bid/${to}`);
      const bid = parseBid(text);
      return bid === undefined ? [] : [{ from: to, bid }];
    });
    const settled = await Promise.allSettled(asked);
    const bids = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const winner = pickBid(bids, best);
    if (winner === undefined) {
      throw new TroupeError('ASK_FAILED', `Cannot delegate: none of ${members.length} agents has made a bid`);
    }
    this.#office.award(this.#call.agent, { task, bids, winner: winner.from });
    return winner.from;
  }
}

/** Others wait for the answer, whoever gives it. */
function toWired({ wire, round, way }: Message): Pick<Draft, 'wire' | 'round' | 'way'> {
  return { ...(wire !== undefined && { wire }), ...(round !== undefined && { round }), ...(way && { way }) };
}

/** Whose answer to what the caller owes. */
function toAnswered(cause: Message | undefined): Message['answers'] {
  if (cause?.answers !== undefined) return cause.answers;
  return cause?.kind === 'ask' ? { ask: cause.id, to: cause.from } : undefined;
}

function toHandoff(from: string, note: string, conversation: readonly ChatMessage[]): string {
  const lines = conversation.flatMap((message) => {
    if (message.role === 'tool') return [`result of ${message.name}: ${message.content}`];
    if (message.content === '') return [];
    return [`${message.role === 'assistant' ? from : message.role}: ${message.content}`];
  });
  const whole = lines.join('\n');
  // Its end is what was said last.
  const said = whole.length > HANDOFF_MAX_CHARS ? `[...]${whole.slice(-HANDOFF_MAX_CHARS)}` : whole;
  return `${from} hands this over to you: ${note}\n\nWhat was said so far:\n${said}`;
}
