import type { RunEvent } from '../../protocol.ts';
import { ENDINGS, type EventType, FAILED, HELD, MESSAGE_KINDS, type RowType } from '../history/rows.ts';

/** What a row says, in words. */
export interface Row {
  readonly seq: number;
  readonly at: number;
  /** Who did it. */
  readonly agent: string;
  readonly group: string;
  /** Who gets it, of a message. */
  readonly to: string;
  /** Of a message: microseconds since it was sent. */
  readonly turn: number;
  readonly flag: number;
  /** Of the model or tool. */
  readonly name: string;
  readonly value: number;
}

/** Whoever is none of the run's agents sends from outside. */
export const OUTSIDE = 'user';

type Fields<Type extends RowType> = Omit<RunEvent & { readonly type: Type }, 'seq' | 'at' | 'type' | 'agent'>;

const NO_DECISION = { toolCalls: [], final: false, usage: { inputTokens: 0, outputTokens: 0 }, serviceMs: 0 };

/** Every field an event of the type has to have, so that whoever reads it finds them; texts are in the journals. */
const TELL: { readonly [Type in RowType]: (row: Row) => Fields<Type> } = {
  'agent.started': ({ group }) => ({ group }),
  'agent.waiting': ({ flag }) => ({ for: flag === HELD ? 'to go on' : 'a message' }),
  'agent.paused': () => ({}),
  'agent.resumed': () => ({}),
  'agent.passivated': () => ({}),
  'agent.woken': () => ({}),
  'agent.observed': ({ turn }) => ({ turn, observation: { kind: 'observation', text: '' } }),
  'agent.decided': ({ turn, name, value }) => ({ turn, model: name, durationMs: value, decision: NO_DECISION }),
  'agent.streamed': ({ turn, value }) => ({ turn, text: `… (${value} characters)` }),
  'model.failed': ({ turn, name, value }) => {
    return { turn, model: name, durationMs: value, error: { code: 'ERROR', message: '' } };
  },
  'tool.started': ({ turn, name }) => ({ turn, call: { id: '', name, args: {} } }),
  'tool.finished': ({ turn, flag, name, value }) => {
    const result = { callId: '', name, isError: flag === FAILED, content: null, serviceMs: 0 };
    return { turn, durationMs: value, result };
  },
  'agent.stored': ({ turn }) => ({ turn }),
  'agent.replied': ({ turn }) => ({ turn, observation: '', reply: '' }),
  'agent.ended': ({ turn, flag }) => ({ status: ENDINGS[flag] ?? 'stopped', turns: turn, criticalPathMs: 0 }),
  'message.sent': ({ at: toldAt, agent, to, turn, flag }) => {
    const kind = MESSAGE_KINDS[flag] ?? 'tell';
    const at = toldAt - turn / 1_000;
    return { message: { id: '', from: agent, to, kind, body: '', at, correlation: '', hops: 0, trace: '' } };
  },
};

/** The event that a row was made of, without its texts. Undefined if no row can tell such events. */
export function tellRow(type: EventType, row: Row): RunEvent | undefined {
  const { seq, at, agent } = row;
  if (!(type in TELL)) return undefined;
  return { seq, at, type, agent, ...TELL[type as RowType](row) } as RunEvent;
}
