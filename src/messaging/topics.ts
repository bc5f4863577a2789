import { TroupeError } from '../base/errors.ts';
import { TOPIC_NAME_MAX_CHARS } from '../base/limits.ts';

interface Subscribers {
  readonly agents: Set<string>;
  /** The same, as it was given last; made again after a change. */
  list: readonly string[] | undefined;
}

const NOBODY: readonly string[] = Object.freeze([]);

/** Who has subscribed to what. A topic is there as long as it has a subscriber. */
export class Topics {
  readonly #topics = new Map<string, Subscribers>();
  /** By agent, what it has subscribed to, in that order. */
  readonly #agents = new Map<string, Set<string>>();

  /**
   * @returns False if it had subscribed already; its place stays the same.
   * @throws {TroupeError} `TOOL_ARGUMENTS` if a topic cannot be called that.
   */
  subscribe(topic: string, agent: string): boolean {
    let subscribers = this.#topics.get(topic);
    if (subscribers === undefined) {
      assertTopic(topic);
      subscribers = { agents: new Set(), list: undefined };
      this.#topics.set(topic, subscribers);
    }
    if (subscribers.agents.has(agent)) return false;
    subscribers.agents.add(agent);
    subscribers.list = undefined;
    const topics = this.#agents.get(agent);
    if (topics === undefined) this.#agents.set(agent, new Set([topic]));
    else topics.add(topic);
    return true;
  }

  /** @returns False if it had not subscribed. */
  unsubscribe(topic: string, agent: string): boolean {
    if (!this.#drop(topic, agent)) return false;
    const topics = this.#agents.get(agent);
    if (topics?.delete(topic) && topics.size === 0) this.#agents.delete(agent);
    return true;
  }

  /** Its subscribers in the order in which they came: the same list until it changes. */
  of(topic: string): readonly string[] {
    const subscribers = this.#topics.get(topic);
    if (subscribers === undefined) return NOBODY;
    subscribers.list ??= [...subscribers.agents];
    return subscribers.list;
  }

  topicsOf(agent: string): readonly string[] {
    return [...(this.#agents.get(agent) ?? NOBODY)];
  }

  /** The agent has ended: it is taken off all its topics. */
  leave(agent: string): void {
    for (const topic of this.#agents.get(agent) ?? NOBODY) this.#drop(topic, agent);
    this.#agents.delete(agent);
  }

  /** All topics that have subscribers, in the order in which they came into being. */
  names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  #drop(topic: string, agent: string): boolean {
    const subscribers = this.#topics.get(topic);
    if (!subscribers?.agents.delete(agent)) return false;
    subscribers.list = undefined;
    if (subscribers.agents.size === 0) this.#topics.delete(topic);
    return true;
  }
}

/** @throws {TroupeError} `TOOL_ARGUMENTS` unless it has 1 to `TOPIC_NAME_MAX_CHARS` (200) characters, none of them a control character. */
export function assertTopic(name: string): void {
  const problem = findProblem(name);
  if (problem === undefined) return;
  const shown = JSON.stringify(name.slice(0, TOPIC_NAME_MAX_CHARS));
  throw new TroupeError(
    'TOOL_ARGUMENTS',
    `Cannot use topic ${shown}: ${problem}; name it with 1 to ${TOPIC_NAME_MAX_CHARS} characters on one line`,
  );
}

function findProblem(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > TOPIC_NAME_MAX_CHARS) return `it has ${name.length} characters`;
  return /\p{Cc}/u.test(name) ? 'it has control characters' : undefined;
}
