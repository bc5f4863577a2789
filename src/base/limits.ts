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
/** Calls in one decision; an answer with more has a flaw, and none of them is run. */
export const TOOL_CALLS_MAX = 128;
/** A tool's result as JSON; a longer one is cut and marked. Models cannot use more, and memory writes it. */
export const TOOL_RESULT_MAX_BYTES = 1 * MB;

/** Tries after a failure that may pass, for a provider's model. */
export const MODEL_RETRIES = 3;
/** Before the first retry, twice as long each time; the real delay is a random part of it, so that calls do not meet again. */
export const MODEL_RETRY_MS = 500;
export const MODEL_RETRY_MAX_MS = 30_000;
/** The longest wait that a provider can ask for; what is longer than this is a mistake, or an attack. */
export const RETRY_AFTER_MAX_MS = 5 * 60_000;
/** The pause after a refusal that says nothing of how long; half as long again for each in a row, which one call finds out. */
export const THROTTLE_MS = 500;
export const THROTTLE_GROWTH = 1.5;
export const THROTTLE_MAX_MS = 60_000;
/** Between two events that tell of a model's refusals. */
export const THROTTLE_TOLD_MS = 1_000;
/** Failures in a row that count as an outage: when a fifth of all calls fail, eight in a row are chance once in 400,000. */
export const TRIP_FAILURES = 8;
/** Until a model that has failed so often is tried again; twice as long each time. */
export const TRIP_MS = 5_000;
export const TRIP_MAX_MS = 60_000;
/** Outages in a row after which a model that has not answered once is not waited for: 15 s, since its address is wrong. */
export const UNREACHABLE_TRIPS = 3;
/** What may be sent late at once, since timers and the event loop are late: more would be a burst that small buckets refuse. */
export const RATE_BURST_MS = 25;
/** Calls at once with which a gate begins to learn how many a provider takes. */
export const START_CONCURRENCY = 16;
/** An answer that has flaws is told so often what they are; then the observation fails. */
export const CORRECTIONS_MAX = 2;
/** Between two events of the text that an agent's model writes. */
export const STREAM_MS = 100;
/** Text that is kept of one answer; longer ones are cut off, since they are read by nobody. */
export const MODEL_ANSWER_MAX_BYTES = 4 * MB;
/**
 * Of what a provider wants back with one answer, as JSON: the longest thoughts that current models have, and as much again. It
 * is written twice. What is longer is dropped, and the provider may refuse the results of that answer's calls.
 */
export const MODEL_KEPT_MAX_CHARS = 1 * MB;
/** Of a streamed answer on the wire, where each token comes with some 300 bytes around it: 200,000 tokens. */
export const MODEL_STREAM_MAX_BYTES = 64 * MB;
/** Of the body of a provider's refusal; what it says is in its beginning. */
export const MODEL_REFUSAL_MAX_BYTES = 64 * KB;
/** Of what a provider says of a failure, in our message. */
export const MODEL_ERROR_MAX_CHARS = 500;
/** A tool's name in a call; providers allow 64 or 128 in a definition, so a longer one is no mistake in spelling. */
export const TOOL_NAME_MAX_CHARS = 256;
/** Of a body that is fetched, unless the scenario says otherwise. */
export const FETCH_MAX_BYTES = 5_000_000;
/** More than any page that works takes; browsers give up at 20. */
export const FETCH_REDIRECTS_MAX = 5;
/** Of an answer to a fetch: four times what Node takes, for sites that set many cookies. */
export const FETCH_HEADERS_MAX_BYTES = 64 * KB;
/** Of an address, with all that has to be escaped in it: servers take 8 kB. */
export const FETCH_URL_MAX_CHARS = 8 * KB;
/** Of one line that a tool logs. */
export const TOOL_LOG_MAX_CHARS = 2_000;
/** A tool that holds the event loop for so long is named. */
export const TOOL_BLOCKED_MS = 50;
/** And not again for so long: one event says it. */
export const TOOL_BLOCKED_AGAIN_MS = 1_000;
/** Until a failed tool call is made again; twice as long each time, give or take chance. */
export const TOOL_RETRY_MS = 500;
/** And at most. */
export const TOOL_RETRY_MAX_MS = 15_000;
/** Results kept of one tool, and their size as JSON with their arguments; the oldest give way. */
export const TOOL_CACHE_ENTRIES = 1_000;
export const TOOL_CACHE_BYTES = 32 * MB;
/** Until a module of tools has been loaded, real time: one that waits for something at its top level may wait for ever. */
export const MODULE_LOAD_MS = 30_000;

// ---- budgets
/** Room for an answer of any length, until its group's answers have been seen: what every model can give. */
export const BUDGET_OUTPUT_TOKENS = 4_096;
/** And at most, however long the answers are: what current models can give. */
export const BUDGET_OUTPUT_MAX_TOKENS = 8_192;
/** A call that has not even room for such an answer is not made: it would be cut off, and paid for. */
export const BUDGET_OUTPUT_MIN_TOKENS = 256;
/** Added to estimates of input, as a factor, until providers' counts have been seen. */
export const BUDGET_INPUT_MARGIN = 1.1;
/** At most, however wrong an estimate was: one odd answer must not keep half of a budget unused. */
export const BUDGET_INPUT_MARGIN_MAX = 2;

// ---- conversations
/** What stays of a conversation that was too long, as a share of its limit: so it is not too long again at once. */
export const CONTEXT_KEPT = 0.7;
/** Tokens of a summary: two pages. */
export const SUMMARY_MAX_TOKENS = 1_024;
/** And as a share of the conversation's limit, so that small ones keep room for what is new. */
export const SUMMARY_MAX_SHARE = 0.25;
/** Characters that stay of a tool's result however much has to give way: its two ends still say what it was. */
export const RESULT_CUT_CHARS = 1_000;

// ---- tools that work in a folder
/** A path as a model writes it. File systems allow 4,096 bytes with the folder before it. */
export const PATH_MAX_CHARS = 1_024;
/** Folders in each other that a path may name: deeper ones are made by mistake. */
export const PATH_MAX_NAMES = 64;
/** One name. What ext4, APFS and NTFS allow, in bytes of UTF-8. */
export const NAME_MAX_BYTES = 255;
/** Links on one way: what Linux follows. */
export const LINKS_MAX = 40;
/** Names looked up on one way, links and the way back up included: a link's text can hold a thousand. */
export const WALK_STEPS_MAX = 1_000;
/** Text that is written at once: what can be read at once, too. */
export const FILE_WRITE_MAX_BYTES = 1 * MB;
/** What a rehearsal's agents may write, all files together: it is held in memory. */
export const REHEARSED_FILES_MAX_BYTES = 64 * MB;
/** Entries in one listing; a model that needs more asks for a folder inside. */
export const LIST_MAX_ENTRIES = 1_000;
/** Folders in each other that a listing goes down. */
export const LIST_MAX_DEPTH = 16;
/** Entries looked at for one listing: about 0.2 s on a local disk. */
export const LIST_SCAN_MAX = 50_000;

// ---- programs that a tool runs
/** Kept of what a program writes, of each stream: its beginning and its end. */
export const PROGRAM_OUTPUT_MAX_BYTES = 64 * KB;
/** A program that writes more is ended: reading it takes the event loop from everyone else. */
export const PROGRAM_WRITES_MAX_BYTES = 16 * MB;
/** Between the request to end and the end by force. */
export const PROGRAM_GRACE_MS = 2_000;
/** Programs of one tool at once; each start holds the event loop for about a millisecond. */
export const PROGRAMS_MAX = 32;
/** Arguments of one command, and the characters of one. */
export const COMMAND_MAX_ARGUMENTS = 256;
export const COMMAND_ARGUMENT_MAX_CHARS = 32_768;

// ---- servers of tools (Model Context Protocol)
/** From its start until its tools are listed: one that a package manager has to fetch first takes its time. */
export const MCP_START_MS = 60_000;
/** A process that is to end has so long for it, then again after SIGTERM; then comes SIGKILL. */
export const MCP_EXIT_MS = 1_000;
/** Between two tries to start a server again, twice as long each time. */
export const MCP_RECONNECT_MS = 500;
/** And at most. One that has been there for so long begins anew. */
export const MCP_RECONNECT_MAX_MS = 10_000;
/** Failures in a row for which a call waits on; after that each call waits for one try. */
export const MCP_RECONNECT_TRIES = 5;
/** Of one message from a server: a screenshot as base64 has a few megabytes. */
export const MCP_MESSAGE_MAX_CHARS = 8 * MB;
/** Sent to a server and not read by it; past this it counts as ended. */
export const MCP_UNREAD_MAX_BYTES = 32 * MB;
/** Tools of one server; a model has lost its way long before. */
export const MCP_TOOLS_MAX = 1_000;
/** A tool's description, which is sent to the model with every call. */
export const MCP_DESCRIPTION_MAX_CHARS = 4_096;
/** Lines of a server's log that are kept of each `MCP_LOG_MS`; the others are counted. */
export const MCP_LOG_LINES = 100;
export const MCP_LOG_MS = 10_000;

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
/** What a note is found by: a title, not a text. */
export const NOTE_KEY_MAX_CHARS = 200;
/** A fact, or a page of them; what is longer belongs into a file. */
export const NOTE_TEXT_MAX_CHARS = 2_000;
/** Notes of one agent; all of them are searched at once. */
export const NOTES_MAX = 1_000;
/** Notes of all agents together. */
export const SHARED_NOTES_MAX = 10_000;
/** Notes kept ready for reading, in characters; above it, those read longest ago are read from the store again. */
export const NOTES_READY_CHARS = 32 * MB;
/** And those kept ready for searching, which takes several times that. */
export const NOTES_INDEXED_CHARS = 32 * MB;

// ---- tapes
/** A recorded run, read whole before the replay starts. */
export const TAPE_MAX_BYTES = 512 * MB;
/** Lines not yet written; above it they are, without waiting for the turn of the event loop to end. */
export const TAPE_BUFFER_BYTES = 1 * MB;
/** Of each message's beginning, to say where a conversation has diverged. */
export const TAPE_HEAD_CHARS = 120;
/** In a replay, after the time at which a call was stopped from outside: it is stopped then again, if it is. */
export const TAPE_CUT_SHORT_MS = 1_000;
/** What one tool call does inside its run and is recorded: messages, notes, lines it logs. */
export const TAPE_ACTS_MAX = 1_000;

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
/** Budgets of agents that are told, those closest to their limits: a run may have ten thousand. */
export const AGENT_BUDGETS_TOLD = 20;
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
