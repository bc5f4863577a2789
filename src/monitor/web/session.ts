import { batch, effect } from '@preact/signals';
import type { MonitorCommand, RunEvent } from '../../protocol.ts';
import type { AgentMessage, LogFilter, ServerMessage, Topic, WelcomeMessage } from '../messages.ts';
import { type Connection, createConnection } from './connection.ts';
import { formatCount } from './format.ts';
import { createLatest } from './latest.ts';
import { query, setQuery } from './router.ts';
import { addEvents, resetAgents, setAgent } from './store/agents-store.ts';
import { resetCharts, setPastCharts, updateCharts } from './store/charts-store.ts';
import { copyFleetToPast, replaceFleet, setPastFleet, updateFleet } from './store/fleet-store.ts';
import { resetInbox, updateInbox } from './store/inbox-store.ts';
import { limits } from './store/limits-store.ts';
import { LOG_LINES_MAX, resetLog, setPastLog, updateLog } from './store/log-store.ts';
import { addNotice } from './store/notices.ts';
import { connectionState, noteTime, resetClock, run, wasLive, welcome } from './store/run-store.ts';
import { goLive, isPlaying, travelAt, travelTo } from './store/travel-store.ts';

let connection: Connection | undefined;

/** Connects the page with the server it came from, and keeps what is shown up to date. */
export function startSession(): void {
  connection = createConnection({
    open(listener) {
      const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
      socket.onmessage = ({ data }) => listener.onText(String(data));
      socket.onclose = () => listener.onClose();
      return socket;
    },
    isReachable: () =>
      fetch('/healthz', { cache: 'no-store' }).then(
        () => true,
        () => false,
      ),
    setTimer: (callback, ms) => setTimeout(callback, ms),
    onState: (state) => {
      connectionState.value = state;
    },
    onMessage: (message) => batch(() => receive(message)),
  });
  connection.subscribe('fleet', { topic: 'fleet' });
  connection.subscribe('charts', { topic: 'charts' });
  connection.subscribe('limits', { topic: 'limits' });
  connection.subscribe('inbox', INBOX_COUNT);
  effect(followTravel);
  effect(keepMomentInAddress);
  effect(followAddress);
}

/** Only how many wait: what they are is loaded by who looks at them. */
const INBOX_COUNT: Topic = { topic: 'inbox', limit: 0 };

type Take<Type extends ServerMessage['type']> = (message: Extract<ServerMessage, { type: Type }>) => void;

const TAKE: { [Type in ServerMessage['type']]?: Take<Type> } = {
  welcome: greet,
  run: (message) => {
    run.value = message.run;
    if (!message.run.live) resetClock(message.at);
  },
  fleet: updateFleet,
  charts: updateCharts,
  limits: (message) => {
    limits.value = message;
  },
  agent: setAgent,
  events: addEvents,
  log: updateLog,
  inbox: updateInbox,
  error: ({ message }) => addNotice('problem', message),
};

/** For views that are loaded late: who takes the messages of a type. */
export function setTaker<Type extends 'messages' | 'sequence'>(type: Type, take: Take<Type>): void {
  TAKE[type] = take as (typeof TAKE)[Type];
}

function receive(message: ServerMessage): void {
  if ('at' in message) noteTime(message.at);
  const take = TAKE[message.type] as ((message: ServerMessage) => void) | undefined;
  take?.(message);
}

function greet(message: WelcomeMessage): void {
  const isOther = run.peek() !== undefined && run.peek()?.id !== message.run.id;
  if (isOther) {
    goLive();
    resetAgents();
    resetCharts();
    limits.value = undefined;
    resetLog();
    resetInbox();
  }
  welcome.value = message;
  run.value = message.run;
  wasLive.value = message.run.live;
  resetClock(message.at);
  replaceFleet(message.states);
}

/** The agents, by how many views follow each. */
const followers = new Map<string, number>();

/** Follows an agent until the returned function is called. */
export function followAgent(agent: string): () => void {
  const count = followers.get(agent) ?? 0;
  followers.set(agent, count + 1);
  if (count === 0) connection?.subscribe(`agent ${agent}`, { topic: 'agent', agent });
  return () => {
    const left = (followers.get(agent) ?? 1) - 1;
    if (left > 0) followers.set(agent, left);
    else {
      followers.delete(agent);
      connection?.unsubscribe(`agent ${agent}`);
    }
  };
}

/** Follows the log until the returned function is called. */
export function followLog(filter: LogFilter): () => void {
  connection?.subscribe('log', { topic: 'log', limit: LOG_LINES_MAX / 2, ...filter });
  return () => connection?.unsubscribe('log');
}

/** Follows a topic that nothing else does, until the returned function is called. */
export function followTopic(topic: Topic & { readonly topic: 'messages' | 'sequence' }): () => void {
  connection?.subscribe(topic.topic, topic);
  return () => connection?.unsubscribe(topic.topic);
}

/** Follows all that waits for people, until the returned function is called: then only how many. */
export function followInbox(): () => void {
  connection?.subscribe('inbox', { topic: 'inbox' });
  return () => connection?.subscribe('inbox', INBOX_COUNT);
}

/** Asks for a topic as it is, or was then, once. @param restMs Nothing is asked for so long after an answer. Default 0. */
export function createTopicRequest<Type extends 'messages' | 'sequence' | 'inbox'>(take: Take<Type>, restMs = 0) {
  return createLatest<Topic & { readonly topic: Type; readonly at?: number }>((wanted, done) =>
    connection?.request({ type: 'get', ...wanted }, (reply) => {
      const topic: string = wanted.topic;
      if (reply?.type === topic) take(reply as Extract<ServerMessage, { type: Type }>);
      setTimeout(done, restMs);
    }),
  );
}

/** Asks for an agent as it was then, or is now, once. */
export function createAgentRequest(take: (message: AgentMessage) => void) {
  return createLatest<{ agent: string; at?: number; limit?: number }>((wanted, done) =>
    connection?.request({ type: 'get', topic: 'agent', ...wanted }, (reply) => {
      if (reply?.type === 'agent') take(reply);
      done();
    }),
  );
}

/** Asks for the newest events of some types, once. */
export function createLogRequest(take: (events: readonly RunEvent[]) => void) {
  return createLatest<{ at?: number; types: readonly RunEvent['type'][] }>((wanted, done) =>
    connection?.request({ type: 'get', topic: 'log', limit: LOG_LINES_MAX, ...wanted }, (reply) => {
      if (reply?.type === 'log') take(reply.events);
      done();
    }),
  );
}

export const requestPastLog = createLatest<{ at: number; filter: LogFilter }>(({ at, filter }, done) =>
  connection?.request({ type: 'get', topic: 'log', at, limit: LOG_LINES_MAX / 2, ...filter }, (reply) => {
    if (reply?.type === 'log') setPastLog(reply);
    done();
  }),
);

/** While time is scrubbed or played, the server has other things to do as well. */
const FLEET_REST_MS = 40;
const CHARTS_REST_MS = 200;

const requestPastFleet = createLatest<number>((at, done) =>
  connection?.request({ type: 'get', topic: 'fleet', at }, (reply) => {
    if (reply?.type === 'fleet') setPastFleet(reply.states);
    setTimeout(done, FLEET_REST_MS);
  }),
);

const requestPastCharts = createLatest<number>((at, done) =>
  connection?.request({ type: 'get', topic: 'charts', at }, (reply) => {
    if (reply?.type === 'charts') setPastCharts(reply);
    setTimeout(done, CHARTS_REST_MS);
  }),
);

/** The address need not follow every step of a drag. */
const ADDRESS_DELAY_MS = 300;
let wasTravelling = false;

function followTravel(): void {
  const at = travelAt.value;
  const isOpen = connectionState.value === 'open';
  if (at !== undefined && !wasTravelling) copyFleetToPast();
  wasTravelling = at !== undefined;
  if (at === undefined || !isOpen) return;
  requestPastFleet(at);
  requestPastCharts(at);
}

/** The moment as the address has it from us. */
let written = '';

function keepMomentInAddress(): (() => void) | undefined {
  const at = travelAt.value;
  if (isPlaying.value || welcome.value === undefined) return undefined;
  const timer = setTimeout(() => {
    written = at === undefined ? '' : String(Math.round(at));
    setQuery({ at: written });
  }, ADDRESS_DELAY_MS);
  return () => clearTimeout(timer);
}

/** A link, or the browser's way back, may name a moment. */
function followAddress(): void {
  const { at = '' } = query.value;
  if (welcome.value === undefined || at === written) return;
  written = at;
  if (at === '' || !Number.isFinite(Number(at))) goLive();
  else travelTo(Number(at));
}

/**
 * Sends a command and tells what came of it.
 *
 * @param noun What it reaches. Default `agent`.
 * @param onEnd Called with whether it was carried out.
 */
export function sendCommand(
  command: MonitorCommand,
  done: string,
  { noun = 'agent', onEnd }: { readonly noun?: string; readonly onEnd?: (isDone: boolean) => void } = {},
): void {
  connection?.request({ type: 'command', command }, (reply) => {
    if (reply?.type === 'answer') addNotice('done', `${done}: ${formatCount(reply.affected, noun)}`);
    else if (reply?.type === 'error') addNotice('problem', reply.message);
    else addNotice('problem', 'The connection was lost; nobody knows whether the command has arrived.');
    onEnd?.(reply?.type === 'answer');
  });
}
