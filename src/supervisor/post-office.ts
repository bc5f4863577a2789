import type { AgentEnvironment, Answer, CallMail, MailCall, Mailroom } from '../agent/environment.ts';
import { TroupeError } from '../base/errors.ts';
import { MESSAGE_HOPS, MESSAGE_REPEATS } from '../base/limits.ts';
import { Chooser } from '../messaging/chooser.ts';
import { LoopDetector } from '../messaging/loop-detector.ts';
import { Topics } from '../messaging/topics.ts';
import type { AgentSpec, Bid, DeadReason, DelegationPolicy, Message } from '../protocol.ts';
import type { Board, MailReply } from '../tools/tool.ts';
import { Addresses } from './addresses.ts';
import { Asks } from './asks.ts';
import { type Draft, toMessage } from './draft.ts';
import type { LetterBox } from './letter-box.ts';
import { type Delivery, Mailboxes } from './mailboxes.ts';
import type { Quarters } from './quarters.ts';

/** Another member of a group is asked for; the same key gives the same one. */
export interface SpawnRequest {
  readonly key: string;
  readonly parent: string;
}

type Parts = Pick<
  AgentEnvironment,
  'run' | 'clock' | 'random' | 'emit' | 'secrets' | 'groups' | 'store' | 'storeFailed'
>;

/**
 * Where all messages of a run go through: finds whom an address means, keeps to the mailboxes' limits and to the order
 * between any two agents, and notices what goes in circles.
 */
export class PostOffice implements Mailroom {
  readonly addresses: Addresses;
  readonly asks: Asks;
  readonly topics = new Topics();
  readonly chooser = new Chooser();
  readonly letters: LetterBox;
  readonly mailboxes: Mailboxes;
  readonly parts: Parts;
  readonly #quarters: Quarters;
  readonly #loops: LoopDetector;
  #count = 0;

  constructor(parts: Parts, quarters: Quarters) {
    this.parts = parts;
    this.#quarters = quarters;
    this.addresses = new Addresses(quarters.directory, parts.groups.keys());
    this.asks = new Asks(parts.clock, parts.emit);
    this.letters = quarters.letters;
    this.mailboxes = new Mailboxes(parts, {
      directory: quarters.directory,
      spilled: quarters.spilled,
      wake: (agent) => quarters.wake(agent),
      check: () => quarters.check(),
      hasReceived: (agent, message) => quarters.hasReceived(agent, message),
      sent: (message) => parts.emit({ type: 'message.sent', agent: message.from, message }),
      bury: (message, reason) => this.bury(message, reason),
    });
    this.#loops = new LoopDetector({ repeats: MESSAGE_REPEATS, hops: MESSAGE_HOPS });
  }

  boardOf(call: MailCall, name: string): Board {
    return this.#quarters.boardOf(call, name);
  }

  mailOf(call: MailCall): CallMail {
    return this.#quarters.mailOf(call);
  }

  /**
   * From a person, or a source.
   *
   * @param rest.waits It waits for room in a mailbox that would refuse it. Default false.
   * @throws {TroupeError} `AGENT_UNKNOWN`, `MAILBOX_FULL`.
   */
  input(from: string, to: string, body: string, rest: Partial<Draft> & { waits?: boolean } = {}): Promise<void> {
    const { clock } = this.parts;
    const id = rest.id ?? `m${Math.round(clock.elapsed() * 1_000)}-${++this.#count}`;
    const { waits = false, ...draft } = rest;
    return this.post({ ...draft, id, from, to: this.find(to, rest), kind: 'input', body }, { waits });
  }

  /**
   * Whom an address means, for somebody.
   *
   * @throws {TroupeError} `AGENT_UNKNOWN`; for a group with a member for each user or session `USAGE` if that is not known,
   * `TOO_MANY` if there can be no more.
   */
  find(address: string, whom: Pick<Message, 'user' | 'session'> | undefined): string {
    const group = this.parts.groups.get(address)?.spec;
    if (group?.members.kind === 'sessions') return this.#quarters.sessionOf(group, whom ?? {});
    return this.addresses.find(address);
  }

  /** Who gets something from outside: of a group, whoever had it before, or whom the policy says. @throws As `find`. */
  receiverOf(
    address: string,
    { id, policy, ...whom }: Pick<Draft, 'id' | 'user' | 'session'> & { policy: Exclude<DelegationPolicy, 'auction'> },
  ): string {
    const group = this.parts.groups.get(address)?.spec;
    const members = group?.members.kind === 'sessions' ? undefined : this.addresses.members(address);
    if (members === undefined) return this.find(address, whom);
    if (members.length === 0)
      throw new TroupeError('AGENT_UNKNOWN', `Cannot send to "${address}": all of its agents have ended`);
    const known = this.findReceiver(id, members);
    if (known !== undefined) return known;
    const random = this.parts.random.fork(`input ${id}`);
    return this.chooser.choose(address, members, policy, { load: (agent) => this.loadOf(agent), random });
  }

  /**
   * Brings a message on its way.
   *
   * @returns Resolves when it is in its mailbox: at once, unless that blocks whoever sends while it is full.
   * @throws {TroupeError} `AGENT_UNKNOWN` if there is no such agent or it has ended, `MAILBOX_FULL`, `LIVELOCK`; none of what
   * comes from a call that has asked is a dead letter then.
   */
  post(draft: Draft, delivery?: Delivery): Promise<void> {
    const message = this.#toMessage(draft);
    this.#assertNoLoop(message);
    if (!this.#quarters.directory.isAlive(message.to)) throw this.#unknown(message.to);
    return this.mailboxes.put(message, delivery);
  }

  /** The same for one whose sender cannot be told: what is not delivered is a dead letter. @returns Undefined: it is one. */
  postOrBury(draft: Draft, waits = false): Promise<void> | undefined {
    try {
      return this.post(draft, { waits });
    } catch (error) {
      if (!(error instanceof TroupeError)) throw error;
      this.bury(this.#toMessage(draft), toReason(error));
      return undefined;
    }
  }

  took(agent: string): void {
    this.mailboxes.took(agent);
  }

  bury(message: Message, reason: DeadReason): void {
    const letter = { message, reason, at: this.parts.clock.elapsed() };
    this.letters.add(letter);
    this.parts.emit({ type: 'message.dead', letter });
    this.asks.fail(message.answers?.ask ?? message.id, message.to, said(reason));
    // Of one that was set aside, those who wait for the answer have heard why.
    if (message.kind === 'reply' || reason === 'set-aside') return;
    this.#quarters.lost({ agent: message.to, cause: message, taken: 0, reason: said(reason) });
  }

  /** Sends all dead letters again whose agents are there. @returns How many. */
  resendAll(): number {
    let sent = 0;
    for (const { message } of this.letters.list()) {
      try {
        void this.resend(message.id);
        sent++;
      } catch (error) {
        if (!(error instanceof TroupeError)) throw error;
      }
    }
    return sent;
  }

  /** Sends a dead letter again. @throws {TroupeError} `LETTER_UNKNOWN`, and as `post`; it stays then. */
  resend(id: string): Promise<void> {
    const letter = this.letters.take(id);
    if (letter === undefined)
      throw new TroupeError('LETTER_UNKNOWN', `Cannot send "${id}" again: it is no dead letter`);
    // Whoever waited for its answer has heard that there is none.
    const { causation, correlation, hops, trace, expiresAt, at, wire, way, round, ...rest } = letter.message;
    try {
      // Under another id: whoever had it in its mailbox before knows the old one.
      return this.post({ ...rest, id: `${id}~${++this.#count}` });
    } catch (error) {
      this.letters.add(letter);
      throw error;
    }
  }

  isAwaited({ group }: AgentSpec, cause: Message | undefined): boolean {
    if (cause?.kind === 'ask' || cause?.answers !== undefined || cause?.wire !== undefined) return true;
    return this.#quarters.isWired(group.name);
  }

  /** Replies of a group's members may go somewhere by themselves. */
  readonly isWired = (group: string): boolean => this.#quarters.isWired(group);

  answered(spec: AgentSpec, answer: Answer): Promise<void> | undefined {
    const { cause, reply } = answer;
    const ask = cause?.answers ?? (cause?.kind === 'ask' ? { ask: cause.id, to: cause.from } : undefined);
    if (ask !== undefined && cause !== undefined) {
      if (reply !== undefined) this.#reply(spec.id, ask, cause, reply);
      else if (answer.isHandedOver !== true) this.asks.fail(ask.ask, spec.id, 'it has given no answer');
    }
    return this.#quarters.answered(spec, answer);
  }

  /** An agent could not answer, or has ended before it did. */
  unanswered(agent: string, cause: Message | undefined, reason: string, taken?: number): void {
    if (cause !== undefined) this.asks.fail(cause.answers?.ask ?? cause.id, agent, reason);
    if (taken !== undefined) this.#quarters.lost({ agent, cause, taken, reason });
  }

  /** The run is ended: whoever waits for an agent is about to be stopped too, and asks again when it is resumed. */
  drained(agent: string): void {
    this.addresses.left(agent);
  }

  subscribe(agent: string, topic: string): void {
    if (!this.topics.subscribe(topic, agent)) return;
    this.#quarters.keepTopics(agent, this.topics.topicsOf(agent));
    this.parts.emit({ type: 'agent.subscribed', agent, topic });
  }

  unsubscribe(agent: string, topic: string): void {
    if (!this.topics.unsubscribe(topic, agent)) return;
    this.#quarters.keepTopics(agent, this.topics.topicsOf(agent));
    this.parts.emit({ type: 'agent.unsubscribed', agent, topic });
  }

  /** Of several, the one that has got this message before: it was sent by a turn that was cut short. */
  findReceiver(id: string, agents: readonly string[]): string | undefined {
    return agents.find((agent) => this.#quarters.hasReceived(agent, id));
  }

  /**
   * What an agent has answered to an ask in an earlier life of the run.
   *
   * @throws {TroupeError} Rejects with `ASK_FAILED` if it will not answer.
   */
  findAnswer(agent: string, id: string): Promise<MailReply | undefined> {
    return this.#quarters.readAnswer(agent, id);
  }

  isAlive(agent: string): boolean {
    return this.#quarters.directory.isAlive(agent);
  }

  /** What an agent has to do: messages that wait, and what it works on. */
  loadOf(agent: string): number {
    return this.mailboxes.lengthOf(agent) + (this.#quarters.isIdle(agent) ? 0 : 1);
  }

  /** @throws {TroupeError} `GROUP_UNKNOWN`, `TOO_MANY`. */
  spawn(group: string, request: SpawnRequest): string {
    return this.#quarters.spawn(this.parts.groups.get(group)?.spec, group, request);
  }

  award(agent: string, awarded: { task: string; bids: readonly Bid[]; winner: string }): void {
    this.parts.emit({ type: 'task.awarded', agent, ...awarded });
  }

  /**
   * An agent has ended: what it has not observed is dead, and whoever waits for it hears so.
   *
   * @param taken How much of its own list it had taken. Default: all.
   */
  left(agent: string, mail: Iterable<Message>, taken = Number.POSITIVE_INFINITY): void {
    this.addresses.left(agent);
    this.topics.leave(agent);
    this.asks.left(agent, 'it has ended');
    for (const message of [...mail, ...this.mailboxes.clear(agent)]) this.bury(message, 'ended');
    this.#quarters.left(agent, taken);
  }

  #reply(from: string, { ask, to }: { ask: string; to: string }, cause: Message, text: string): void {
    const draft: Draft = { id: `re:${ask}`, from, to, kind: 'reply', body: text, cause };
    const message = this.#toMessage(draft);
    this.parts.emit({ type: 'message.sent', agent: from, message });
    // Whoever asked may have given up, or may ask again after its turn was cut short.
    if (!this.asks.answer(ask, { from, text }) && !this.#quarters.directory.isAlive(to)) this.bury(message, 'late');
  }

  #assertNoLoop(message: Message): void {
    // What wiring sends comes to its end by itself, and its rounds may say the same.
    const loop = message.wire === undefined ? this.#loops.check(message) : undefined;
    if (loop === undefined) return;
    const { kind, agents, count } = loop;
    this.parts.emit({ type: 'message.looped', loop: kind, agents, count, message });
    const what = kind === 'hops' ? 'the chain of messages has no end' : 'nothing new is said';
    throw new TroupeError(
      'LIVELOCK',
      `Cannot send to "${message.to}": ${what} (${agents.join(', ')}, ${count} messages)`,
    );
  }

  #toMessage(draft: Draft): Message {
    return toMessage(this.parts, draft, this.mailboxes.of(draft.to).ttlMs);
  }

  #unknown(to: string): TroupeError {
    const state = this.#quarters.directory.isKnown(to) ? 'the agent has ended' : 'there is no such agent';
    return new TroupeError('AGENT_UNKNOWN', `Cannot send to "${to}": ${state}`);
  }
}

function toReason({ code }: TroupeError): DeadReason {
  if (code === 'MAILBOX_FULL') return 'full';
  return code === 'LIVELOCK' ? 'loop' : 'ended';
}

function said(reason: DeadReason): string {
  return reason === 'ended' ? 'it has ended' : `the question was not observed (${reason})`;
}
