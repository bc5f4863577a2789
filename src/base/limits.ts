/** Every number troupe is bounded by, with its unit and its reason. */

const KB = 1024;
const MB = 1024 * KB;

// ---- scenario files
/** A scenario is written by a person; more than this is a data file in the wrong place. */
export const SCENARIO_MAX_BYTES = 1 * MB;
/** Deeper nesting than any real scenario; recursive parsers overflow their stack in the thousands. */
export const SCENARIO_MAX_DEPTH = 64;
/** Agents of one run; at 6 kB each this is 600 MB. */
export const AGENTS_MAX = 100_000;
/** Rows file (`each:`), read whole before the start. */
export const ROWS_MAX_BYTES = 256 * MB;
/** Problems shown for one file; past this they are usually one mistake repeated. */
export const PROBLEMS_MAX = 50;

// ---- agents
/** Turns for one observation. */
export const AGENT_TURNS = 16;
/** The same calls decided in a row that count as going in circles. */
export const AGENT_IDENTICAL_CALLS = 3;
/** One observation, from the first decide to its answer. */
export const AGENT_WALL_MS = 10 * 60_000;
/** Messages waiting for one agent. */
export const MAILBOX_MAX = 1_000;

// ---- supervision
/** More restarts than this in `RESTART_WITHIN_MS` are a crash loop: Elixir's default, 3 in 5 s. */
export const MAX_RESTARTS = 3;
export const RESTART_WITHIN_MS = 5_000;
/** Children that are stopped have so long to finish their turns: OTP's default for a worker. */
export const SHUTDOWN_MS = 5_000;
/** A failing observation is tried again so often before it is set aside. */
export const RETRIES = 2;

// ---- calls
export const MODEL_TIMEOUT_MS = 120_000;
export const TOOL_TIMEOUT_MS = 30_000;
/** Calls in one decision that are run; the rest are answered with an error. */
export const TOOL_CALLS_MAX = 128;
/** A tool's result as JSON; a longer one is cut and marked. Models cannot use more, and memory writes it. */
export const TOOL_RESULT_MAX_BYTES = 1 * MB;

// ---- the event loop
/** Callbacks run between two turns of the event loop: at about 50 us each, 3 ms. */
export const LOOP_SLICE = 64;
/** And for so long, for callbacks that take longer than that. */
export const LOOP_SLICE_MS = 5;

// ---- memory
/** Puts handed to LMDB and not acknowledged: above about 1,000 the process cannot exit cleanly. */
export const STORE_OUTSTANDING_PUTS = 512;
export const STORE_OUTSTANDING_BYTES = 8 * MB;
/** Writes waiting for their place behind those; agents wait in `storing` above it. */
export const STORE_BACKLOG_BYTES = 64 * MB;
/** Until a write that has failed is tried again; twice as long each time. */
export const STORE_RETRY_MS = 250;
/** And at most: so long a run waits on after the disk can be written again. */
export const STORE_RETRY_MAX_MS = 5_000;
/** A reply kept in the snapshot, which has to stay of constant size. */
export const SNAPSHOT_REPLY_CHARS = 4_096;

// ---- ending
/** After the first interrupt, in-flight calls have this long to end before they are aborted. */
export const DRAIN_TIMEOUT_MS = 5_000;

// ---- the monitor
/** Chunks of 65,536 events kept for looking back: 2 million events, 54 MB. */
export const HISTORY_CHUNKS = 32;
/** Between two frames of what changes all the time. A person sees ten a second as moving. */
export const FRAME_MS = 100;
/** Between two updates of the numbers over time. */
export const CHARTS_MS = 500;
/** Between two samples of the event loop's delay. */
export const LOOP_SAMPLE_MS = 1_000;
/** Events of the log in one frame: more than anybody reads in 100 ms. */
export const LOG_FRAME_EVENTS = 200;
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
/** Ports tried, from the one asked for. */
export const PORTS_TRIED = 50;
/** Agents of one inspection. Each is a few kilobytes to begin with, and several messages a turn. */
export const INSPECTED_AGENTS_MAX = 1_000;
/** Where the monitor listens unless told otherwise. */
export const MONITOR_PORT = 4_600;
