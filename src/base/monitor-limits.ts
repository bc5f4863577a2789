/** Every number the monitor is bounded by, with its unit and its reason. */

const KB = 1024;
const MB = 1024 * KB;

/** Chunks of 65,536 events kept for looking back: 2 million events, 54 MB. */
export const HISTORY_CHUNKS = 32;
/** Between two frames of what changes all the time. A person sees ten a second as moving. */
export const FRAME_MS = 100;
/** Between two updates of the numbers over time. */
export const CHARTS_MS = 500;
/** Budgets of agents that are told, those closest to their limits: a run may have ten thousand. */
export const AGENT_BUDGETS_TOLD = 20;
/** Between two samples of the event loop's delay. */
export const LOOP_SAMPLE_MS = 1_000;
/** Events of the log in one frame: more than anybody reads in 100 ms. */
export const LOG_FRAME_EVENTS = 200;
/** Edges between those who talk to each other that are told, the busiest ones: more cannot be drawn. The rest is summed. */
export const TALK_EDGES_TOLD = 200;
/** And that are counted one by one, about 100 bytes each: ten thousand agents may talk to as many. The rest is summed. */
export const TALK_EDGES_KEPT = 20_000;
/** Over which time messages a second are taken: long enough for agents that say something every few seconds. */
export const TALK_RATE_MS = 10_000;
/** Agents whose mailboxes are told, the fullest ones; of all others a histogram. */
export const MAILBOXES_TOLD = 50;
/** Dead letters that are told, the newest ones; all are counted. */
export const LETTERS_TOLD = 100;
/** Deadlocks and loops that are told, the newest ones. */
export const CIRCLES_TOLD = 20;
/** Agents that wait for answers that are told, those that wait longest. */
export const WAITS_TOLD = 200;
/** Agents of one sequence diagram: more columns fit no screen. */
export const SEQUENCE_AGENTS_MAX = 12;
/** Messages of one sequence diagram, the newest ones. */
export const SEQUENCE_MESSAGES = 300;
/** Calls that wait for people that are told, those that wait longest: more than anybody goes through. The rest is counted. */
export const INBOX_TOLD = 2_000;
/** Arguments of a waiting call, as JSON; longer ones are cut, and told whole of one agent. */
export const INBOX_ARGS_CHARS = 1_000;
/** Text of an event in the log; the agent's own view has it whole. */
export const LOG_TEXT_CHARS = 300;
/** Rows a log query looks at, newest first, for those that fit its filter. */
export const LOG_SCAN_ROWS = 500_000;
/** Events of one agent's view, as JSON. */
export const DETAIL_MAX_BYTES = 1 * MB;
/** Agents one client can follow in detail. */
export const CLIENT_AGENTS_MAX = 100;
/** Requests of one client that wait for their answer; the next ones are refused. */
export const CLIENT_QUEUE_MAX = 32;
/** Unsent bytes of a client above which changes are left out for it. */
export const CLIENT_BUSY_BYTES = 256 * KB;
/** Unsent bytes of a client at which it is cut off. */
export const CLIENT_MAX_BYTES = 4 * MB;
/** And the time it may stay above `CLIENT_BUSY_BYTES`. */
export const CLIENT_SLOW_MS = 10_000;
/** One message from a client. */
export const CLIENT_MESSAGE_BYTES = 64 * KB;
/** Time for a request's headers, or for a WebSocket handshake. */
export const HANDSHAKE_MS = 10_000;
/** WebSockets at once. */
export const CLIENTS_MAX = 64;
/** Wrong tokens that are answered at once; each one more waits twice as long as the one before. */
export const WRONG_TOKENS_FREE = 5;
export const WRONG_TOKEN_MS = 1_000;
export const WRONG_TOKEN_MAX_MS = 30_000;
/** Wrong tokens that wait for their answer; the next ones get none. */
export const WRONG_TOKENS_WAITING = 32;
/** An observation that is sent by HTTP: as much as a message on `/ws`. */
export const OBSERVE_BODY_BYTES = 64 * KB;
/** Values in each other in its data: deeper ones come from no form, and recursive writers overflow in the thousands. */
export const OBSERVE_MAX_DEPTH = 64;
/** For an answer that a request waits for, at most; those who wait for longer ask again. */
export const OBSERVE_WAIT_MAX_S = 60;
/** Between two signs of life of a stream of server-sent events: proxies cut connections that are silent for 30 s or more. */
export const OBSERVE_HEARTBEAT_MS = 15_000;
/** Streams of server-sent events at once. */
export const OBSERVE_STREAMS_MAX = 64;
/** Connections at once besides those of pages; each may hold a body, so that all have 64 MB. */
export const OBSERVE_CONNECTIONS_MAX = 1_000;
/** Items of which one client of `/ws` waits for the outcome. */
export const CLIENT_OUTCOMES_MAX = 1_000;
/** What a client is told that comes too soon: seconds until it may try again. */
export const OBSERVE_RETRY_AFTER_S = 1;
/** Ports tried, from the one asked for. */
export const PORTS_TRIED = 50;
/** Agents of one inspection. Each is a few kilobytes to begin with, and several messages a turn. */
export const INSPECTED_AGENTS_MAX = 1_000;
/** Where the monitor listens unless told otherwise. */
export const MONITOR_PORT = 4_600;
