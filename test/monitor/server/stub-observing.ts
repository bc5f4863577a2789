import { type Entry, type Observing, Outcomes } from '../../../src/sources/outcomes.ts';
import type { PushedItem } from '../../../src/sources/source.ts';

/** Sources `desk` and `other`, into which one pushes; what becomes of items is what the test says. */
export interface StubObserving extends Observing {
  readonly outcomes: Outcomes;
  /** What was pushed, in order. */
  readonly pushed: { readonly source: string; readonly item: PushedItem }[];
  /** Settles an item. */
  answer(id: string, reply?: string): void;
  /** Items that are followed at present. */
  readonly followed: number;
  /** The next ones are refused with this. */
  refusal: Error | undefined;
}

export function stubObserving(): StubObserving {
  const outcomes = new Outcomes({ keep: () => {}, forget: () => {} });
  const pushed: StubObserving['pushed'] = [];
  let followed = 0;
  return {
    names: ['desk', 'other'],
    outcomes,
    pushed,
    refusal: undefined,
    get followed() {
      return followed;
    },
    async observe(source, item) {
      if (this.refusal !== undefined) throw this.refusal;
      pushed.push({ source, item });
      const { id = `${source}-${pushed.length}`, user } = item;
      const whom = user === undefined ? {} : { user };
      const entry: Entry = { id, source, status: 'waiting', digest: '', ...whom };
      if (outcomes.get(id) === undefined) outcomes.add(entry, item);
      const { digest, ...outcome } = outcomes.get(id) as Entry;
      return { outcome: { id: outcome.id, source: outcome.source, status: outcome.status }, ...whom };
    },
    find(source, id, user) {
      const entry = outcomes.get(id);
      if (entry === undefined) return outcomes.isGone(id) ? 'gone' : undefined;
      if (entry.source !== source || (entry.user !== undefined && entry.user !== user)) return undefined;
      const { digest, user: _, ...outcome } = entry;
      return outcome;
    },
    follow(id, listener) {
      const forget = outcomes.follow(id, listener);
      followed++;
      let isOver = false;
      return () => {
        if (!isOver) followed--;
        isOver = true;
        forget();
      };
    },
    isRead: (agent) => outcomes.isRead(agent),
    answer: (id, reply = 'yes') => outcomes.change(id, { status: 'done', reply }),
  };
}
