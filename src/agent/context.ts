import type { CallContext } from '../base/call-context.ts';
import type { Timer } from '../base/clock.ts';
import type {
  AgentSpec,
  ChatMessage,
  Decision,
  ErrorInfo,
  JournalRecord,
  Message,
  Observation,
  ToolResult,
} from '../protocol.ts';

import type { ToolDone } from './tool-call-actor.ts';

/**
 * An agent's state beside its place in the chart. The plain fields change by `assign` alone; `work` is what is under
 * way and is changed in place, since a transcript copied at each turn would make a long life quadratic.
 */
export interface AgentContext {
  readonly spec: AgentSpec;
  /** Turns begun, over the agent's life. */
  readonly turn: number;
  /** Turns begun for the current observation. */
  readonly step: number;
  /** Observations taken from the agent's own list. */
  readonly taken: number;
  readonly observation: Observation | undefined;
  /** The text of what is being answered: the observation before any results. */
  readonly question: string;
  readonly decision: Decision | undefined;
  /** In the order of the decision's calls; holes are still running. */
  readonly results: readonly (ToolResult | undefined)[];
  /** Calls still running. */
  readonly pending: number;
  /** Messages not yet observed. */
  readonly mailbox: readonly Message[];
  /** The current observation has been answered. */
  readonly answered: boolean;
  readonly reply: string | undefined;
  readonly error: ErrorInfo | undefined;
  /** Has said that it has nothing to do. */
  readonly idle: boolean;
  /** Takes nothing new until it is resumed. */
  readonly paused: boolean;
  readonly criticalPathMs: number;
  readonly work: AgentWork;
}

/** What an agent has under way. */
export interface AgentWork {
  readonly transcript: ChatMessage[];
  /** Not yet handed to the store. */
  journal: JournalRecord[];
  /** How many of the transcript's messages were handed to the store. */
  handedOver: number;
  inFlight: readonly CallContext[];
  wallTimer: Timer | undefined;
  /** Of a paused agent: what is left of its observation's time, in milliseconds. */
  wallLeftMs: number | undefined;
  /** The last decision's calls as one string, and how often in a row they came. */
  lastCalls: string;
  sameCalls: number;
}

export interface AgentInput {
  readonly spec: AgentSpec;
  /** Where a resumed agent goes on. */
  readonly resumed?: ResumedAgent;
  /** Paused before its start. Default false. */
  readonly paused?: boolean;
}

export interface ResumedAgent {
  readonly turn: number;
  readonly step: number;
  readonly taken: number;
  readonly transcript: readonly ChatMessage[];
  readonly question: string;
  /** The results it was about to observe; absent: it takes the next of its list. */
  readonly observation?: Observation;
}

export type AgentEvent =
  | { readonly type: 'decided'; readonly decision: Decision; readonly durationMs: number }
  | { readonly type: 'undecided'; readonly error: ErrorInfo; readonly durationMs: number }
  | ToolDone
  | { readonly type: 'stored' }
  | { readonly type: 'unstored'; readonly error: ErrorInfo }
  | { readonly type: 'expired' }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

export function createContext({ spec, resumed, paused = false }: AgentInput): AgentContext {
  return {
    spec,
    turn: resumed?.turn ?? 0,
    step: resumed?.step ?? 0,
    taken: resumed?.taken ?? 0,
    observation: resumed?.observation,
    question: resumed?.question ?? '',
    decision: undefined,
    results: [],
    pending: 0,
    mailbox: [],
    answered: resumed?.observation === undefined,
    reply: undefined,
    error: undefined,
    idle: false,
    paused,
    criticalPathMs: 0,
    work: {
      transcript: resumed === undefined ? [] : [...resumed.transcript],
      journal: [],
      handedOver: resumed?.transcript.length ?? 0,
      inFlight: [],
      wallTimer: undefined,
      wallLeftMs: undefined,
      lastCalls: '',
      sameCalls: 0,
    },
  };
}
