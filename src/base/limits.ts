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
/** A reply kept in the snapshot, which has to stay of constant size. */
export const SNAPSHOT_REPLY_CHARS = 4_096;

// ---- ending
/** After the first interrupt, in-flight calls have this long to end before they are aborted. */
export const DRAIN_TIMEOUT_MS = 5_000;
