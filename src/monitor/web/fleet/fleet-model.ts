import { AGENT_STATES, type AgentState, STATE_LETTERS } from '../../states.ts';

const INDEX_BY_CODE = new Uint8Array(128);
for (const [index, state] of AGENT_STATES.entries()) INDEX_BY_CODE[STATE_LETTERS[state].charCodeAt(0)] = index;

/** Where every agent is, as positions in `AGENT_STATES`, and how many are where. */
export class FleetModel {
  states: Uint8Array;
  counts: number[] = AGENT_STATES.map(() => 0);

  constructor(size: number) {
    this.states = new Uint8Array(size);
    this.counts[0] = size;
  }

  /** @param letters One for each agent, in order. */
  replace(letters: string): void {
    if (letters.length !== this.states.length) this.states = new Uint8Array(letters.length);
    this.counts = AGENT_STATES.map(() => 0);
    for (let position = 0; position < letters.length; position++) {
      const index = indexOf(letters, position);
      this.states[position] = index;
      this.counts[index] = (this.counts[index] ?? 0) + 1;
    }
  }

  /** @param letters One for each of the positions. Positions that there are not are passed over. */
  change(positions: readonly number[], letters: string): void {
    for (let at = 0; at < positions.length; at++) {
      const position = positions[at] ?? -1;
      const before = this.states[position];
      if (before === undefined) continue;
      const index = indexOf(letters, at);
      this.states[position] = index;
      this.counts[before] = (this.counts[before] ?? 0) - 1;
      this.counts[index] = (this.counts[index] ?? 0) + 1;
    }
  }

  stateOf(position: number): AgentState {
    return AGENT_STATES[this.states[position] ?? 0] ?? 'unstarted';
  }
}

/** What is not known, or hidden, counts as not started. */
function indexOf(letters: string, at: number): number {
  return INDEX_BY_CODE[letters.charCodeAt(at)] ?? 0;
}
