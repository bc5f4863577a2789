/** The version of the monitor's protocol: first word of the welcome, and the subprotocol of `/ws`. */
export const PROTOCOL = 'troupe.v1';

/**
 * Where an agent is, with the letter that stands for it in fleet messages. The states of the chart; of `observe` there
 * are two more, in which an agent rests: `waiting` for a message, and `paused`.
 */
export const STATE_LETTERS = {
  unstarted: '.',
  observe: 'o',
  waiting: 'w',
  decide: 'd',
  'executing-tools': 'x',
  storing: 's',
  paused: 'p',
  done: 'D',
  failed: 'F',
  stopped: 'S',
} as const;

export type AgentState = keyof typeof STATE_LETTERS;

export const AGENT_STATES = Object.keys(STATE_LETTERS) as readonly AgentState[];

/** Stands for an agent that the subscription leaves out. */
export const HIDDEN_LETTER = '-';
