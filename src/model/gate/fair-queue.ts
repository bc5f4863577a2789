import { type Arrival, ArrivalQueue } from './arrival-queue.ts';

/** What can wait in a `FairQueue`. */
export interface UserArrival extends Arrival {
  /** Whom it is for. Undefined: nobody, and it is a party of its own. */
  readonly user: string | undefined;
}

/** In the queue of one user; there may be many of them, so that little is left uncleared. */
const USER_GONE_MIN = 16;

/** A user with calls at the gate. */
class Party<T extends UserArrival> {
  /** Waiting, in flight, or to be made again. */
  calls = 0;
  waiting = 0;
  /** Undefined: nothing waits. */
  turn: Turn<T> | undefined;
  /** The call that had the user's last turn, and the ticket of that turn. */
  last = -1;
  lastTicket = -1;
  /** Drawn at the last turn: whoever waited then comes before the next. */
  nextTicket = -1;
}

/** A user's place among the parties, with the calls that wait for it. */
class Turn<T extends UserArrival> implements Arrival {
  arrival: number;
  isGone = false;
  readonly party: Party<T>;
  readonly calls: ArrivalQueue<T>;

  constructor(party: Party<T>, ticket: number, calls = new ArrivalQueue<T>(USER_GONE_MIN)) {
    this.party = party;
    this.arrival = ticket;
    this.calls = calls;
  }
}

/**
 * Users take turns, a call a turn; calls of one user go in the order in which they came. Calls for nobody are parties of
 * their own: without users it is first come, first served.
 *
 * Who begins to wait, and who has had a turn, stands last among the parties. What is put back stands, among the calls of
 * its user, where it came. If it had the user's last turn, the user has that turn again, before all who came later; if
 * others of the user have had turns since, it waits for the user's next one, which is behind all who waited at the last.
 * So nobody who waits is passed over by two calls of the same user, but for one that is put back and tried again.
 *
 * A user is remembered for as long as it has calls between `meet` and `part`. Each step is O(1), and O(log n) comparisons
 * where something is put back.
 */
export class FairQueue<T extends UserArrival> {
  readonly #turns = new ArrivalQueue<T | Turn<T>>();
  readonly #parties = new Map<string, Party<T>>();
  #tickets = 0;

  /** Users remembered. */
  get users(): number {
    return this.#parties.size;
  }

  /** Entries kept for parties and for their calls, also those that are taken or gone. */
  get size(): number {
    let size = this.#turns.size;
    for (const { turn } of this.#parties.values()) size += turn?.calls.size ?? 0;
    return size;
  }

  /** The `arrival` of the next to come. */
  nextTicket(): number {
    return this.#tickets++;
  }

  /** A call begins. To be called before it waits for the first time. */
  meet({ user }: T): void {
    if (user === undefined) return;
    let party = this.#parties.get(user);
    if (party === undefined) {
      party = new Party();
      this.#parties.set(user, party);
    }
    party.calls++;
  }

  /** A call is over. If it waits here, `noteGone` comes first. */
  part({ user }: T): void {
    const party = this.#partyOf(user);
    if (party !== undefined && user !== undefined && --party.calls === 0) this.#parties.delete(user);
  }

  /** @param item The newest arrival. */
  add(item: T): void {
    const party = this.#partyOf(item.user);
    if (party === undefined) {
      this.#turns.add(item);
      return;
    }
    if (party.turn === undefined) {
      party.turn = new Turn(party, item.arrival);
      this.#turns.add(party.turn);
    }
    party.turn.calls.add(item);
    party.waiting++;
  }

  /** @param item Was taken. */
  putBack(item: T): void {
    const party = this.#partyOf(item.user);
    if (party === undefined) {
      this.#turns.putBack(item);
      return;
    }
    const ticket = item.arrival === party.last ? party.lastTicket : party.nextTicket;
    const { turn } = party;
    if (turn === undefined || ticket < turn.arrival) {
      if (turn !== undefined) this.#drop(turn);
      party.turn = new Turn(party, ticket, turn?.calls);
      this.#turns.putBack(party.turn);
    }
    party.turn?.calls.putBack(item);
    party.waiting++;
  }

  /** Whose turn it is. */
  peek(): T | undefined {
    const first = this.#turns.peek();
    return first instanceof Turn ? first.calls.peek() : first;
  }

  /** Removes what `peek` has returned. */
  take(): void {
    const turn = this.#turns.peek();
    this.#turns.take();
    if (!(turn instanceof Turn)) return;
    const { party, calls } = turn;
    party.last = calls.peek()?.arrival ?? -1;
    party.lastTicket = turn.arrival;
    party.nextTicket = this.nextTicket();
    calls.take();
    if (--party.waiting === 0) {
      party.turn = undefined;
    } else {
      turn.arrival = party.nextTicket;
      this.#turns.add(turn);
    }
  }

  /** @param item Waits here, and is gone. */
  noteGone(item: T): void {
    const party = this.#partyOf(item.user);
    if (party?.turn === undefined) {
      this.#turns.noteGone();
      return;
    }
    party.turn.calls.noteGone();
    if (--party.waiting > 0) return;
    this.#drop(party.turn);
    party.turn = undefined;
  }

  #drop(turn: Turn<T>): void {
    turn.isGone = true;
    this.#turns.noteGone();
  }

  #partyOf(user: string | undefined): Party<T> | undefined {
    return user === undefined ? undefined : this.#parties.get(user);
  }
}
