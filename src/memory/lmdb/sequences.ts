import { assertNames } from './names.ts';

/** Where the sequences of what is stored already are read. */
export interface StoredSequences {
  isEmpty(run: string): boolean;
  nextSequence(run: string, agent: string): number;
}

/** Numbers the batches of each agent, from 1, going on where the stored ones end. */
export class Sequences {
  readonly #stored: StoredSequences;
  readonly #runs = new Map<string, { readonly isNew: boolean; readonly next: Map<string, number> }>();

  constructor(stored: StoredSequences) {
    this.#stored = stored;
  }

  /**
   * Reads the agent's last number once, and not at all for a run of which nothing is stored.
   *
   * @throws {TroupeError} `STORE_FAILED` if the ids cannot be part of a key.
   */
  take(run: string, agent: string): number {
    let ofRun = this.#runs.get(run);
    let sequence = ofRun?.next.get(agent);
    if (sequence === undefined) assertNames(run, agent);
    if (ofRun === undefined) {
      ofRun = { isNew: this.#stored.isEmpty(run), next: new Map() };
      this.#runs.set(run, ofRun);
    }
    sequence ??= ofRun.isNew ? 1 : this.#stored.nextSequence(run, agent);
    ofRun.next.set(agent, sequence + 1);
    return sequence;
  }

  /** The number that `take` would give. */
  next(run: string, agent: string): number {
    const ofRun = this.#runs.get(run);
    return ofRun?.next.get(agent) ?? (ofRun?.isNew ? 1 : this.#stored.nextSequence(run, agent));
  }

  forget(run: string): void {
    this.#runs.delete(run);
  }
}
