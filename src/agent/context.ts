import type { CallContext } from '../base/call-context.ts';
import type { Timer } from '../base/clock.ts';
import { Mailbox } from '../messaging/mailbox.ts';
import type {
  AgentSpec,
  BudgetSpec,
  ChatMessage,
  Condensed,
  Decision,
  ErrorInfo,
  JournalRecord,
  Message,
  Observation,
  Spent,
  ToolCall,
  ToolResult,
} from '../protocol.ts';

import type { AskedCall } from './approval-history.ts';
import { dropKept } from './drop-kept.ts';
import { type CutTurn, type ResumedAgent, START, type StoredPoint, toNextObservation } from './resumed-agent.ts';
import { SeenMessages } from './seen-messages.ts';
import { NOTHING_SPENT } from './spent.ts';
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
  /** Observations begun, and messages among them. */
  readonly observations: number;
  readonly messages: number;
  readonly observation: Observation | undefined;
  /** The text of what is being answered: the observation before any results. */
  readonly question: string;
  readonly decision: Decision | undefined;
  /** In the order of the decision's calls; holes are still running. */
  readonly results: readonly (ToolResult | undefined)[];
  /** Calls still running. */
  readonly pending: number;
  /** The message that is being answered, if it was one. */
  readonly cause: Message | undefined;
  /** The current observation has been answered. */
  readonly answered: boolean;
  /** It has said that its life is over. */
  readonly finished: boolean;
  readonly reply: string | undefined;
  readonly error: ErrorInfo | undefined;
  /** A turn that was cut short, to go on with first of all. */
  readonly cut: CutTurn | undefined;
  /** It may go on with that: its actor runs, so that what it does happens in order. */
  readonly awake: boolean;
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
  /** Handed to the store since the last stored turn. */
  since: JournalRecord[];
  /** Where the last stored turn has left the agent. */
  point: StoredPoint;
  /** Calls of the observation under way, those of earlier turns too. */
  calls: ToolCall[];
  /** Messages not yet observed. Undefined: there never was one. */
  mailbox: Mailbox | undefined;
  /** Topics it has subscribed to. Undefined: it has never chosen any. */
  topics: readonly string[] | undefined;
  /** Ids of messages received, as far as they are remembered. */
  seen: SeenMessages | undefined;
  /** Observations that were given up on. */
  setAside: number;
  /** What models were paid for, over the agent's life. */
  spent: Spent;
  /** Answers to the observation under way that had flaws, in a row. */
  flaws: number;
  /** What of the conversation has given way. */
  condensed: Condensed | undefined;
  /** Where in the transcript the observation under way begins; undefined: none is under way. */
  observedFrom: number | undefined;
  /** How often the observation under way has failed before. */
  attempts: number;
  /** Messages of the conversation, from its beginning, that are not in `transcript` any more. */
  forgotten: number;
  /** How many of the transcript's messages were handed to the store. */
  handedOver: number;
  inFlight: readonly CallContext[];
  /** Its answer waits for room in others' mailboxes; its turn is stored then. */
  isTelling: boolean;
  /** Asks the model once more: of an agent whose budget did not have enough. */
  parked: (() => void) | undefined;
  wallTimer: Timer | undefined;
  /** When the observation's time is over. */
  deadlineAt: number | undefined;
  /** Of an agent that is paused, or was in an earlier life: what is left of its observation's time, in milliseconds. */
  wallLeftMs: number | undefined;
  /** The last decision's calls as one string, and how often in a row they came. */
  lastCalls: string;
  sameCalls: number;
  /** Calls of this turn that wait for a person. */
  held: number;
  /** Of a turn that was cut short, until its calls are gone on with: what people were asked, by the calls' ids. */
  asked: ReadonlyMap<string, AskedCall> | undefined;
}

export interface AgentInput {
  readonly spec: AgentSpec;
  /** Where a resumed agent goes on. */
  readonly resumed?: ResumedAgent;
  /** Paused before its start. Default false. */
  readonly paused?: boolean;
}

export type AgentEvent =
  | { readonly type: 'decided'; readonly decision: Decision; readonly durationMs: number }
  | { readonly type: 'undecided'; readonly error: ErrorInfo; readonly durationMs: number }
  /** A budget does not have enough for the call. */
  | { readonly type: 'unaffordable'; readonly error: ErrorInfo; readonly atLimit: BudgetSpec['atLimit'] }
  | ToolDone
  /** All have its answer that are to have it. */
  | { readonly type: 'delivered' }
  /** No call of its waits for a person any more. */
  | { readonly type: 'released' }
  | { readonly type: 'stored' }
  | { readonly type: 'unstored'; readonly error: ErrorInfo }
  /** A call of which nobody knows whether it was made may not be passed over. */
  | { readonly type: 'refused'; readonly error: ErrorInfo }
  | { readonly type: 'expired' }
  /** `isNoted`: it was written down when it came, before the agent was there. */
  | { readonly type: 'message'; readonly message: Message; readonly isNoted?: boolean }
  /** Goes on with a turn that was cut short; the first event after the start. */
  | { readonly type: 'recall' }
  /** Nothing more will come. */
  | { readonly type: 'close' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' };

export function createContext({ spec, resumed, paused = false }: AgentInput): AgentContext {
  const point = resumed?.point ?? START;
  const { turn, step, taken, observations, messages, answered, question } = point;
  return {
    spec,
    turn,
    step,
    taken,
    observations,
    messages,
    observation: answered ? undefined : toNextObservation(point),
    question,
    decision: undefined,
    results: [],
    pending: 0,
    cause: point.cause,
    answered,
    finished: false,
    reply: undefined,
    error: undefined,
    cut: resumed?.cut,
    awake: resumed?.cut === undefined,
    idle: false,
    paused,
    criticalPathMs: 0,
    work: createWork(point, resumed && toRemembered(spec, resumed)),
  };
}

function createWork(point: StoredPoint, resumed: ResumedAgent | undefined): AgentWork {
  return {
    transcript: resumed === undefined ? [] : toTranscript(resumed.transcript),
    journal: [],
    since: [...(resumed?.cut?.records ?? [])],
    point,
    calls: [...point.calls],
    mailbox: resumed === undefined ? undefined : toMailbox(resumed.mailbox),
    topics: resumed?.topics,
    seen: resumed === undefined ? undefined : new SeenMessages(resumed.seen),
    setAside: resumed?.setAside ?? 0,
    spent: resumed?.spent ?? NOTHING_SPENT,
    flaws: 0,
    condensed: resumed?.condensed && toOwn(resumed.condensed, resumed.forgotten ?? 0),
    forgotten: resumed?.forgotten ?? 0,
    observedFrom: resumed === undefined ? undefined : findObserved(resumed.transcript, point),
    attempts: resumed?.attempts ?? 0,
    handedOver: resumed?.transcript.length ?? 0,
    inFlight: [],
    isTelling: false,
    parked: undefined,
    wallTimer: undefined,
    deadlineAt: point.deadlineAt,
    wallLeftMs: resumed?.wallLeftMs,
    lastCalls: '',
    sameCalls: 0,
    held: 0,
    asked: undefined,
  };
}

/** Of a conversation that begins anew with each observation: what was said in the one under way. */
function toRemembered({ group }: AgentSpec, resumed: ResumedAgent): ResumedAgent {
  if (group.conversation !== 'each') return resumed;
  const { transcript, point, forgotten = 0 } = resumed;
  const from = findObserved(transcript, point) ?? transcript.length;
  return { ...resumed, transcript: transcript.slice(from), forgotten: forgotten + from };
}

/** Memory counts from the conversation's beginning, an agent from what it has of it. */
function toOwn(condensed: Condensed, forgotten: number): Condensed {
  return forgotten === 0 ? condensed : { ...condensed, dropped: Math.max(0, condensed.dropped - forgotten) };
}

function toMailbox(waiting: readonly Message[]): Mailbox | undefined {
  if (waiting.length === 0) return undefined;
  const mailbox = new Mailbox();
  for (const message of waiting) mailbox.push(message);
  return mailbox;
}

/** There is one answer for each turn of it, and before the first of these stands what was observed. */
function findObserved(transcript: readonly ChatMessage[], { answered, step }: StoredPoint): number | undefined {
  if (answered) return undefined;
  let answers = 0;
  for (let index = transcript.length - 1; index > 0; index--) {
    if (transcript[index]?.role === 'assistant' && ++answers === step) return index - 1;
  }
  return undefined;
}

/** The store has messages as they were when they were new. */
function toTranscript(stored: readonly ChatMessage[]): ChatMessage[] {
  const transcript = [...stored];
  for (const [end, message] of stored.entries()) {
    if (message.role === 'assistant' && message.toolCalls.length === 0) dropKept(transcript, end);
  }
  return transcript;
}
