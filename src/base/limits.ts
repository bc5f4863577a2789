/** Every number troupe is bounded by, with its unit and its reason. */

const KB = 1024;
const MB = 1024 * KB;

// ---- scenario files
/** A scenario is written by a person; more than this is a data file in the wrong place. */
export const SCENARIO_MAX_BYTES = 1 * MB;
/** Deeper nesting than any real scenario; recursive parsers overflow their stack in the thousands. */
export const SCENARIO_MAX_DEPTH = 64;
/** Parts of a template that are rendered, in loops each time; they take 0.2-2 us each, and hold up everybody. */
export const TEMPLATE_STEPS_MAX = 200_000;
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
/** Read of a text that is cut, times what is kept of it: without its secrets it is shorter, and half a secret is not found. */
export const SECRET_CUT_READ = 4;
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

// ---- memory of agents that live long
/** Turns between two times at which old ones are taken away, at least. */
export const KEEP_TURNS_STEP = 16;

// ---- messages
/** A mailbox larger than this belongs into memory: `overflow: spill`. */
export const MAILBOX_SIZE_MAX = 100_000;
/** Members of a group that others start, unless it says otherwise; and generations of them. */
export const SPAWNED_MAX = 100;
export const SPAWN_DEPTH = 3;
/** Members of a group that has one for each session, unless it says otherwise. */
export const SESSIONS_MAX = 1_000;
/** What a topic is called by: a name, not a text. */
export const TOPIC_NAME_MAX_CHARS = 200;
/** Messages that nobody has observed, kept to be looked at and sent again; the oldest give way. */
export const DEAD_LETTERS_MAX = 10_000;
/** Pairs of agents, each within one chain of messages, that are watched for going in circles: some 200 bytes each. */
export const LOOP_PAIRS_MAX = 20_000;
/** Bodies remembered for each of them: a circle of more different ones is found by the number of its hops. */
export const LOOP_BODIES_MAX = 64;
/** Received messages whose ids an agent knows at least: a message is sent again only by a call that was cut short ... */
export const SEEN_MAX = 1_000;
/** ... and is made again soon: the time of two calls that ask. */
export const SEEN_MS = 10 * 60_000;
/** Messages of a full mailbox that are read back from disk at a time. */
export const SPILL_CHUNK = 64;
/** Answers kept that nobody waits for any more: whoever asked may ask again, after its turn was cut short. */
export const EARLY_REPLIES_MAX = 1_000;
/** Of a conversation that is handed over, its end: what a model reads at once. */
export const HANDOFF_MAX_CHARS = 32 * KB;
/** For an answer from another agent, which asks its model and its tools first. */
export const ASK_TIMEOUT_MS = 300_000;
/** Messages without anything new between two agents, in one chain, that count as going in circles. */
export const MESSAGE_REPEATS = 20;
/** Messages of one chain, each an answer to the one before. */
export const MESSAGE_HOPS = 10_000;

/** Rounds of one wiring: a conversation that needs more has no end. */
export const WIRING_ROUNDS_MAX = 1_000;
/** Members who all speak to each other: a million messages in each round. */
export const ALL_TO_ALL_MAX = 1_000;
/** Keys of a blackboard. */
export const BOARD_KEYS_MAX = 1_000;
/** Of a key, which is part of a topic. */
export const BOARD_KEY_MAX_CHARS = 100;
/** Of one text on a blackboard: what a model reads at once. */
export const BOARD_TEXT_MAX_CHARS = 100_000;
/** Of all texts together, when a whole board is read. */
export const BOARD_READ_MAX_CHARS = 100_000;
/** Of what stands there already, in the error of a write that came too late. */
export const BOARD_ERROR_CHARS = 2_000;
/** Calls that are known to have written a key, the last ones: after a crash they are made again within milliseconds. */
export const BOARD_CALLS_KEPT = 64;

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
/** Batches that one transaction of a trim takes away: as many as puts of others, so that these wait no longer for it. */
export const STORE_TRIM_BATCHES = 512;
/** Trims under way at once in one data directory; others wait for their turn. */
export const STORE_TRIMS = 16;
/** Batches that are read on for the next message of a transcript, before a trim takes away less instead. */
export const STORE_TRIM_AHEAD = 256;
/** Bytes of batches decoded between two turns of the event loop: about 0.5 ms. */
export const STORE_READ_SLICE_BYTES = 64 * KB;
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

// ---- sources
/** Between two looks at the end of a file that is followed: what a person sees as at once. */
export const SOURCE_TAIL_POLL_MS = 250;
/** Between two looks into a folder; a file that stands still in between has been written. */
export const SOURCE_FOLDER_POLL_MS = 500;
/** One line of a source; the rest of a longer one is left out, and that is told. */
export const SOURCE_LINE_MAX_BYTES = 64 * KB;
/** Read at once of a file that is followed. */
export const SOURCE_READ_BYTES = 64 * KB;
/** Text of a file in a folder: as much as models read; a larger one is offered without its text. */
export const SOURCE_FILE_MAX_BYTES = 256 * KB;
/** Files in one folder, whose names are held in memory; one with more is not read. */
export const SOURCE_FOLDER_FILES_MAX = 100_000;
/** Names in a folder's position, of files changed just before the last look. */
export const SOURCE_NAMES_KEPT = 1_000;
/** A change so long before a look was seen by it: well above a tick of any file system's clock but FAT's, and below a poll. */
export const SOURCE_SETTLED_MS = 250;
/** Between two looks at the time of day, until a schedule's next time: after that a clock that was set is noticed. */
export const SOURCE_CRON_LOOK_MS = 60_000;
/** Times of a schedule that were missed are counted up to this. */
export const SOURCE_MISSED_MAX = 1_000;
/** Items pushed to a source that wait for their turn; the next ones are refused. */
export const SOURCE_PUSHES_WAITING = 256;
/** Items pushed of which it is known what has become of them; some 500 bytes each without their answers. */
export const OUTCOMES_MAX = 10_000;
/** Of their answers, all together. */
export const OUTCOMES_MAX_CHARS = 32 * MB;
/** And of those that are known no more, their ids. */
export const OUTCOMES_GONE_MAX = 10_000;
/** Of an item's id: what a client draws or counts. */
export const ITEM_ID_MAX_CHARS = 200;

// ---- people
/** Calls that do not wait for a person any more of which is known what became: two people who answer at once are minutes apart. */
export const APPROVALS_REMEMBERED = 10_000;
/** Characters of a person's answer, or of a reason: a model reads it. */
export const APPROVAL_TEXT_MAX_CHARS = 32_768;
/** Waiting calls that one command answers. */
export const APPROVALS_AT_ONCE = 1_000;
/** A running troupe has so long to answer another one, which is asked on the same machine as a rule. */
export const MONITOR_ANSWER_MS = 5_000;

// ---- ending
/** A run in which everybody waits keeps its process by a timer, which is set again so often: it does nothing. */
export const STAY_ALIVE_MS = 3_600_000;
/** After the first interrupt, in-flight calls have this long to end before they are aborted. */
export const DRAIN_TIMEOUT_MS = 5_000;
