// Written by `cargo test -p spud-desktop` from src-tauri/src/wire.rs. Do not edit.

/**
 * Kinds of failure, one where somebody acts on the kind.
 */
export type Code = "model_missing" | "model_broken" | "model_unsupported" | "model_too_big" | "machine_unknown" | "engine_missing" | "engine_mismatch" | "engine_stopped" | "engine_unsteady" | "gpu_unsteady" | "engine_failed" | "prompt_empty" | "prompt_too_long" | "busy" | "storage" | "storage_newer" | "not_found" | "download" | "unreachable" | "disk_full" | "stopped" | "file_refused" | "link_refused" | "bug";

/**
 * A whole number that the page can count with.
 */
export type Whole = number;

/**
 * What a source of a download failed at.
 */
export type Setback = { "type": "offline", host: string, } | { "type": "no_connection", host: string, } | { "type": "silent", host: string, seconds: Whole, } | { "type": "no_address", address: string, } | { "type": "proxy", proxy: string, host: string, } | { "type": "not_there", host: string, } | { "type": "gated", host: string, repository: string, } | { "type": "refused", host: string, status: number, } | { "type": "busy", host: string, status: number, } | { "type": "other_file", host: string, } | { "type": "wrong_hash", hosts: string, } | { "type": "nonsense", host: string, };

/**
 * A model near to R1.
 */
export type Kin = "v2" | "v3" | "v31" | "qwen3" | "qwq";

/**
 * A model that is no R1.
 */
export type Stranger = { 
/**
 * What it is, as far as that is known.
 */
kin: Kin | null, };

/**
 * What happened, more closely than the code says.
 */
export type Cause = { "type": "no_room", path: string, } | { "type": "read_only", path: string, } | { "type": "in_use", path: string, } | { "type": "damaged", path: string, } | { "type": "restored", from: string, } | { "type": "restored_and_kept", from: string, kept: string, } | { "type": "fresh", kept: string, } | { "type": "unkept" } | { "type": "closing" } | { "type": "words_left", files: string, } | { "type": "unwritable", path: string, } | { "type": "not_deleted" } | { "type": "no_models_folder", path: string, } | { "type": "models_away", path: string, } | { "type": "no_cache", path: string, } | { "type": "no_folder_shown", path: string, } | { "type": "not_chats", path: string, } | { "type": "importing" } | { "type": "network_unread", path: string, kept: string, } | { "type": "settings_unread", path: string, kept: string, } | { "type": "downloads_unread", path: string, kept: string, } | { "type": "many_presets", most: Whole, } | { "type": "nameless" } | { "type": "long_instructions", kib: Whole, } | { "type": "reply_complete" } | { "type": "no_thought" } | { "type": "long_question", total: Whole, context: Whole, room: Whole, } | { "type": "no_file", path: string, } | { "type": "memory_ran_out" } | { "type": "gpu_gone" } | { "type": "incomplete", file: string, foundBytes: Whole, expectedBytes: Whole, } | { "type": "no_model", file: string, } | { "type": "newer_form", file: string, } | { "type": "later_family", file: string, name: string, } | { "type": "later_tokenizer", file: string, name: string, } | { "type": "older_form", file: string, } | { "type": "unsound", file: string, } | { "type": "not_r1", name: string, } | { "type": "kin_of_r1", name: string, kin: Kin, } | { "type": "no_template", file: string, } | { "type": "template_unfit", file: string, } | { "type": "other_family", file: string, architecture: string, } | { "type": "part_missing", file: string, number: Whole, count: Whole, } | { "type": "later_part", file: string, number: Whole, } | { "type": "not_in_catalogue", id: string, } | { "type": "no_quant", id: string, quant: string, } | { "type": "nothing_here", id: string, } | { "type": "not_ours", path: string, } | { "type": "too_big", file: string, neededBytes: Whole, freeBytes: Whole, } | { "type": "smaller", context: Whole, gpuLayers: Whole, layers: Whole, } | { "type": "no_hub", address: string, example: string, } | { "type": "unverifiable", file: string, } | { "type": "nowhere", file: string, sources: Array<Setback>, } | { "type": "gated", host: string, repository: string, } | { "type": "token_refused", host: string, repository: string, } | { "type": "not_open", host: string, repository: string, } | { "type": "not_in_repository", repository: string, } | { "type": "no_address", address: string, } | { "type": "proxy", proxy: string, host: string, } | { "type": "proxy_password", proxy: string, host: string, } | { "type": "no_listing", host: string, repository: string, } | { "type": "needs_disk", file: string, neededBytes: Whole, freeBytes: Whole, } | { "type": "disk_flips", file: string, path: string, } | { "type": "large_file", file: string, } | { "type": "occupied", path: string, } | { "type": "several_refused", name: string, others: Whole, } | { "type": "not_a_file", name: string, } | { "type": "gone", name: string, } | { "type": "forbidden", name: string, } | { "type": "unreadable", name: string, } | { "type": "large_text", name: string, bytes: Whole, mostBytes: Whole, } | { "type": "not_text", name: string, } | { "type": "is_picture", name: string, format: string, } | { "type": "is_sound", name: string, format: string, } | { "type": "is_video", name: string, format: string, } | { "type": "is_archive", name: string, format: string, } | { "type": "is_program", name: string, format: string, } | { "type": "is_document", name: string, format: string, } | { "type": "is_model", name: string, } | { "type": "is_other", name: string, format: string, } | { "type": "no_words", name: string, } | { "type": "document_damaged", name: string, } | { "type": "document_locked", name: string, } | { "type": "document_pictures", name: string, } | { "type": "document_illegible", name: string, } | { "type": "document_form", name: string, } | { "type": "document_too_much", name: string, } | { "type": "document_long", name: string, mostBytes: Whole, } | { "type": "document_slow", name: string, seconds: Whole, } | { "type": "document_broke", name: string, } | { "type": "no_document_reader", name: string, };

/**
 * What failed on what (`message`), what to do now (`hint`), in English; and the same for any
 * language: its kind, what happened in facts, and what of the message has no other form.
 */
export type Failure = { code: Code, message: string, hint: string | null, cause?: Cause, detail?: string, };

export type MessageRole = "user" | "assistant";

export type MessageState = "complete" | "stopped" | "length" | "failed" | "streaming" | "interrupted";

export type Message = { id: number, parent: number | null, 
/**
 * All that follow the same message, itself among them, the oldest first.
 */
siblings: number[], role: MessageRole, 
/**
 * The question, or the answer without its thinking.
 */
text: string, 
/**
 * The files that went with a question, in their order.
 */
files: Array<Attached>, thinking: string, state: MessageState, failure: Failure | null, 
/**
 * Name of the model that wrote it; empty for the user's.
 */
model: string, promptTokens: number, cachedTokens: number, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number, 
/**
 * Tokens per second while decoding, 0 when nothing was decoded.
 */
decodePerSecond: number, 
/**
 * Tokens that the engine guessed ahead of the model.
 */
draftedTokens: number, 
/**
 * Those of them that were right.
 */
acceptedTokens: number, 
/**
 * Who closed the thought in the model's place.
 */
closedBy: Closer | null, 
/**
 * The last message that the model was not shown, since the context was full; the first
 * exchange was, and what follows this message.
 */
leftOut: number | null, 
/**
 * Milliseconds since 1970, UTC.
 */
createdMs: number, };

export type ChatRow = { id: number, title: string, 
/**
 * Milliseconds since 1970, UTC, of the last message.
 */
changedMs: number, 
/**
 * A reply is being written in it now.
 */
replying: boolean, 
/**
 * Its last reply failed while nobody looked at it.
 */
failed: boolean, 
/**
 * It stands before the others.
 */
pinned: boolean, 
/**
 * The folder in which it lies.
 */
folder: string | null, };

/**
 * What a reply is doing before and while its words come.
 */
export type Phase = { "type": "waiting" } | { "type": "loading", progress: number, } | { "type": "reading", done: number, total: number, } | { "type": "thinking" } | { "type": "answering" };

export type ChatEvent = { "type": "snapshot", chat: ChatRow, messages: Array<Message>, phase: Phase | null, draft: string, 
/**
 * The files that wait with it.
 */
files: DraftFiles, manner: Manner, 
/**
 * What is said to the model with every reply; empty as a rule.
 */
instructions: string, } | { "type": "earlier", messages: Array<Message>, } | { "type": "files", files: DraftFiles, } | { "type": "branch", messages: Array<Message>, } | { "type": "manner", manner: Manner, } | { "type": "instructions", instructions: string, } | { "type": "looping", message: number, } | { "type": "message", message: Message, } | { "type": "phase", message: number, phase: Phase, } | { "type": "growth", message: number, rethought: boolean, thinking: string, answer: string, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number, } | { "type": "end", message: Message, } | { "type": "gone" };

/**
 * The model that answers: `progress` while it loads.
 */
export type EngineState = { "type": "off" } | { "type": "loading", progress: number, } | { "type": "ready", context: number, } | { "type": "failed", failure: Failure, };

/**
 * What is known of a model beyond its name and size.
 */
export type ModelAbout = { "type": "sprout" } | { "type": "gone" } | { "type": "unread" } | { "type": "planned", context: number, neededBytes: number, };

export type Model = { 
/**
 * "sprout", or the path of a GGUF file.
 */
id: string, name: string, about: ModelAbout, 
/**
 * Size of the weights.
 */
bytes: number, 
/**
 * What it is where it is no R1.
 */
stranger: Stranger | null, };

export type Notice = { failure: Failure, };

/**
 * What happens to the part at hand.
 */
export type Doing = { "type": "connecting", host: string, } | { "type": "downloading", host: string, } | { "type": "checking", checked: number, 
/**
 * Of the file that is compared, one of several perhaps.
 */
bytes: number, } | { "type": "waiting", ms: number, why: Setback, } | { "type": "elsewhere" };

/**
 * What happens to a download.
 */
export type DownloadState = { "type": "queued" } | { "type": "asking", host: string, } | { "type": "running", 
/**
 * The part at hand, from 1.
 */
part: number, parts: number, 
/**
 * Bytes per second over the last seconds.
 */
perSecond: number | null, leftMs: number | null, doing: Doing, } | { "type": "paused" } | { "type": "failed", failure: Failure, } | { "type": "done", path: string, };

/**
 * A model on its way.
 */
export type Download = { key: string, 
/**
 * Its id in the catalogue.
 */
model: string, quant: string, name: string, bytes: number, 
/**
 * Bytes that are on this machine.
 */
here: number, state: DownloadState, };

/**
 * What happens to a download when the window is closed.
 */
export type Closing = "ask" | "stop" | "go_on";

/**
 * What is set about the network.
 */
export type Network = { 
/**
 * Nobody is asked for anything.
 */
offline: boolean, 
/**
 * Bytes per second at most; 0 is no limit.
 */
limit: number, 
/**
 * Whom to ask, in this order.
 */
hubs: Array<string>, closing: Closing, };

/**
 * How far it has come.
 */
export type Arriving = { 
/**
 * Chats so far, whatever became of them.
 */
chats: number, 
/**
 * Read so far, of so many.
 */
readBytes: number, bytes: number, };

export type AppEvent = { "type": "snapshot", version: string, chats: Array<ChatRow>, models: Array<Model>, model: string, engine: EngineState, notices: Array<Notice>, 
/**
 * What was typed for a chat that does not exist yet.
 */
draft: string, 
/**
 * The files that wait with it.
 */
files: DraftFiles, lastChat: number | null, 
/**
 * True until the first question was ever sent.
 */
firstRun: boolean, downloads: Array<Download>, network: Network, 
/**
 * How replies of the next chat think.
 */
manner: Manner, 
/**
 * What is said to the model in chats to come.
 */
instructions: string, presets: Array<Preset>, preferences: Preferences, 
/**
 * Fewer threads compute, since a battery feeds the machine.
 */
gentle: boolean, } | { "type": "older", chats: Array<ChatRow>, } | { "type": "row", row: ChatRow, } | { "type": "row_gone", chat: number, } | { "type": "chats", chats: Array<ChatRow>, } | { "type": "model", models: Array<Model>, model: string, } | { "type": "engine", engine: EngineState, } | { "type": "downloads", downloads: Array<Download>, } | { "type": "manner", manner: Manner, } | { "type": "files", files: DraftFiles, } | { "type": "instructions", instructions: string, } | { "type": "presets", presets: Array<Preset>, } | { "type": "preferences", preferences: Preferences, } | { "type": "gentle", gentle: boolean, } | { "type": "network", network: Network, } | { "type": "arriving", arriving: Arriving | null, } | { "type": "leaving" } | { "type": "notice", notice: Notice, };

/**
 * What letting go would do with it.
 */
export type Held = "model" | "chats" | "text";

/**
 * A file that is held over the window, or that none is any more.
 */
export type DragEvent = { 
/**
 * Its name; null while nothing is held.
 */
file: string | null, what: Held, 
/**
 * What was let go and shall be attached, or imported where it holds chats; `attach` and
 * `import_chats` take it by this number, once.
 */
dropped: number | null, };

/**
 * A part of a document.
 */
export type Part = "pictures" | "media" | "macros" | "formulas" | "comments" | "documents" | "pages" | "chapters" | "sheets" | "rows" | "parts";

/**
 * One thing that a person should know about the text of a file.
 */
export type Remark = { "type": "guessed", encoding: string, } | { "type": "chosen", encoding: string, } | { "type": "unreadable", bytes: Whole, } | { "type": "zeros", bytes: Whole, } | { "type": "illegible", letters: Whole, } | { "type": "pictures", pages: Whole, of: Whole, } | { "type": "broken", pages: Whole, of: Whole, } | { "type": "left_out", what: Part, count: Whole, };

/**
 * A file that waits with a draft, or that went with a question.
 */
export type Attached = { id: number, name: string, 
/**
 * Of the file as it was.
 */
bytes: number, 
/**
 * What a person should know about its text.
 */
remarks: Array<Remark>, };

/**
 * A file that is being read for a draft; `number` stops it.
 */
export type Reading = { number: number, name: string, };

/**
 * The files of a draft, in their order.
 */
export type DraftFiles = { there: Array<Attached>, reading: Array<Reading>, 
/**
 * Those of `there` that can be read with other letters.
 */
rereadable: number[], };

export type AttachRequest = { 
/**
 * null is the draft of the chat that does not exist yet.
 */
chat: number | null, 
/**
 * Files that were dropped, by the number that their drop was told with; null asks for files.
 */
dropped: number | null, };

export type FileRequest = { file: number, };

export type ReadingRequest = { number: number, };

/**
 * Reads a file of a draft with other letters.
 */
export type LettersRequest = { file: number, 
/**
 * One of `ENCODINGS`.
 */
encoding: string, };

/**
 * What stands in a file.
 */
export type FileText = { name: string, text: string, };

export type WeighRequest = { chat: number | null, 
/**
 * The question in whose place this one would stand; null for one at the end of the chat.
 */
instead: number | null, text: string, files: number[], };

/**
 * What a question would take of the context, in tokens.
 */
export type Weight = { 
/**
 * Of each file, in their order.
 */
files: Array<number>, 
/**
 * Of everything that must be shown to the model.
 */
total: number, 
/**
 * Kept for the reply.
 */
room: number, 
/**
 * 0 where that cannot be told.
 */
context: number, 
/**
 * Whether it can be asked.
 */
fits: boolean, 
/**
 * False where the numbers are estimates.
 */
exact: boolean, };

export type SendRequest = { 
/**
 * null starts a new chat.
 */
chat: number | null, text: string, 
/**
 * Files of the draft, in their order.
 */
files: number[], };

export type SendResponse = { chat: number, };

export type ChatRequest = { chat: number, };

export type MessageRequest = { message: number, };

export type AgainRequest = { 
/**
 * The reply beside which another one is written.
 */
message: number, 
/**
 * The model that writes it and answers from then on; null is the one that answers now.
 */
model: string | null, };

export type InsteadRequest = { 
/**
 * The question in whose place this one is asked.
 */
message: number, text: string, 
/**
 * Those of its files that this one keeps.
 */
files: number[], };

export type MannerRequest = { 
/**
 * null is the chat that does not exist yet, and all that follow it with this model.
 */
chat: number | null, manner: Manner, };

/**
 * How replies think. At most one of the two budgets is set; 0 is none.
 */
export type Manner = { 
/**
 * Answers at once, without a thought.
 */
quick: boolean, budgetTokens: number, budgetSeconds: number, 
/**
 * Answers by itself where a thought goes round in circles.
 */
closesLoops: boolean, 
/**
 * How the next token is chosen.
 */
taste: Taste, 
/**
 * What R1's makers advise for that; told, not set.
 */
advised: Taste, 
/**
 * Tokens of the context that are kept free for a reply, as far as half of it allows; told, not
 * set.
 */
room: number, };

/**
 * How the next token is chosen.
 */
export type Taste = { 
/**
 * 0 takes the likeliest token always.
 */
temperature: number, 
/**
 * Keeps the likeliest tokens that together reach this probability.
 */
topP: number, 
/**
 * Keeps this many of the likeliest tokens; 0 keeps all.
 */
topK: number, 
/**
 * Drops tokens less likely than this part of the likeliest.
 */
minP: number, 
/**
 * Divides the score of tokens that were written lately; 1 leaves them alone.
 */
repeatPenalty: number, };

export type Closer = "budget" | "asked" | "loop";

export type RenameRequest = { chat: number, title: string, };

export type DraftRequest = { 
/**
 * null is the draft of the chat that does not exist yet.
 */
chat: number | null, text: string, };

export type RememberRequest = { 
/**
 * null where no chat is open.
 */
chat: number | null, };

export type PinRequest = { chat: number, pinned: boolean, };

export type SearchRequest = { query: string, };

export type ExportRequest = { 
/**
 * null for all.
 */
chat: number | null, 
/**
 * The name that the file dialog begins with; its end tells the form.
 */
name: string, };

/**
 * Markdown of a chat that a copy in HTML waits for; the page knows how to set it.
 */
export type ToSet = { 
/**
 * The copy that waits.
 */
copy: number, texts: Array<string>, };

/**
 * What became of a copy that was begun.
 */
export type Copying = { "type": "to_set" } & ToSet | { "type": "saved", 
/**
 * The end of where: `…/Documents/Sums.md`. Only the shell knows the rest.
 */
place: string, };

/**
 * Where the chats lie.
 */
export type ImportRequest = { "type": "files" } | { "type": "folder" } | { "type": "dropped", number: number, };

export type Fate = "added" | "grown" | "known" | "in_trash" | "busy" | "refused";

/**
 * Why something was not taken.
 */
export type Refusal = "empty" | "unknown" | "cut_off" | "too_large" | "too_deep" | "circle" | "damaged" | "not_json" | "newer" | "no_chats" | "nested" | "locked" | "too_much" | "unreadable";

/**
 * A kind of what was left out, and how many.
 */
export type LeftOut = { kind: 'pictures' | 'recordings' | 'files' | 'tools' | 'hidden' | 'other', count: number, };

export type Arrival = { title: string, 
/**
 * As it calls itself; null where it is of no known form.
 */
program: string | null, fate: Fate, 
/**
 * Messages that are new.
 */
new: number, why: Refusal | null, left: Array<LeftOut>, };

export type PassedOver = { file: string, why: Refusal, };

/**
 * What became of all that was brought; those that say most first.
 */
export type TakenIn = { added: number, grown: number, known: number, left: number, 
/**
 * It was cancelled: the rest was not looked at.
 */
stopped: boolean, 
/**
 * What is not told one by one.
 */
more: number, chats: Array<Arrival>, passedOver: Array<PassedOver>, };

/**
 * What the page made of a [`ToSet`], markup for each of its texts.
 */
export type SetRequest = { copy: number, markup: Array<string>, };

/**
 * A chat in which all words were found.
 */
export type Hit = { chat: number, title: string, changedMs: number, 
/**
 * Messages that have the words; 0 where only the title has them.
 */
count: number, 
/**
 * The newest of those messages.
 */
message: number | null, inThinking: boolean, 
/**
 * Name of the file of that message in which the words stand; null where they stand in itself.
 */
file: string | null, 
/**
 * Words around the place, in pieces; those at odd places were searched for.
 */
snippet: Array<string>, };

/**
 * How well a plan suits the machine.
 */
export type Verdict = "comfortable" | "tight" | "slow" | "too_big";

/**
 * How the cache is stored.
 */
export type KvType = "f16" | "q8_0";

/**
 * A GPU in words.
 */
export type GpuView = { description: string, backend: string, sharesMemory: boolean, totalBytes: number, freeBytes: number, };

export type MachineView = { cpu: string, cores: number, totalBytes: number, availableBytes: number, gpus: Array<GpuView>, 
/**
 * Of memory, as measured; null where it was not.
 */
bytesPerSecond: number | null, diskFreeBytes: number | null, };

/**
 * What one device holds of a model.
 */
export type DeviceShare = { 
/**
 * "Memory", or what the GPU calls itself.
 */
device: string, weightsBytes: number, cacheBytes: number, 
/**
 * Values between operations, the engine itself, a driver.
 */
otherBytes: number, availableBytes: number, layers: number, };

/**
 * How fast, and how long a typical answer takes.
 */
export type Estimate = { decodePerSecond: number, promptPerSecond: number, answerMs: number, 
/**
 * To the end of the answer to an easy question, and to a hard one.
 */
leastMs: number, mostMs: number, promptTokens: number, thinkingTokens: number, answerTokens: number, 
/**
 * Replies of this model on this machine behind it; 0: computed alone.
 */
replies: number, };

/**
 * What is worth knowing of a plan: see `fit::Reason`.
 */
export type FitWhy = { "type": "capped_at_training", asked: number, } | { "type": "cache_type_unfit" } | { "type": "cache_quantised" } | { "type": "context_by_memory" } | { "type": "context_spared" } | { "type": "little_left" } | { "type": "partly_on_gpu", layers: number, of: number, } | { "type": "experts_in_memory", layers: number, } | { "type": "gpu_slower", gpu: string, with: number, without: number, } | { "type": "gpu_not_measured", gpu: string, } | { "type": "gpu_too_small", gpu: string, freeBytes: number, } | { "type": "stepped_down" };

/**
 * How a model would lie in memory.
 */
export type Fit = { verdict: Verdict, 
/**
 * What else is worth knowing: context cut by memory, a GPU left out.
 */
notes: Array<FitWhy>, context: number, contextTrained: number, kv: KvType, layers: number, gpuLayers: number, shares: Array<DeviceShare>, neededBytes: number, availableBytes: number, estimate: Estimate | null, 
/**
 * A typical answer takes longer than the person accepts.
 */
exceedsPatience: boolean, };

/**
 * A disk that has too little room for a download.
 */
export type DiskShort = { 
/**
 * For the download, and what stays free beside it.
 */
neededBytes: number, freeBytes: number, };

/**
 * One quantisation of a model.
 */
export type QuantView = { quant: string, bytes: number, 
/**
 * False where only a rounded size is known.
 */
exact: boolean, parts: number, 
/**
 * The publisher's page.
 */
page: string, 
/**
 * What the disk lacks for it.
 */
diskShort: DiskShort | null, 
/**
 * What `choose_model` takes where it is on this machine.
 */
model: string | null, 
/**
 * The program that holds it, where that is another.
 */
holder: Holder | null, };

export type Benchmark = { name: string, value: number, };

/**
 * What the catalogue tells of a model.
 */
export type Lineage = { 
/**
 * The makers' own name, which the world knows.
 */
madeAs: string, story: string, 
/**
 * What it is good for, by language; empty where nobody says it.
 */
goodFor: { [key in string]: string }, 
/**
 * What it was made from, by the name its makers gave that.
 */
base: string, licence: string, baseLicence: string, parameters: number, 
/**
 * Those that one token uses.
 */
activeParameters: number, 
/**
 * GPQA diamond first.
 */
benchmarks: Array<Benchmark>, source: string, quants: Array<QuantView>, };

/**
 * A program that holds models.
 */
export type Holder = "ollama" | "lm_studio" | "hugging_face";

/**
 * A model that could be run.
 */
export type Candidate = { 
/**
 * Id in the catalogue, or the path of an own file.
 */
id: string, name: string, 
/**
 * Null for an own file.
 */
lineage: Lineage | null, 
/**
 * What `choose_model` takes where it is on this machine.
 */
model: string | null, 
/**
 * The program that holds it, where that is another.
 */
holder: Holder | null, 
/**
 * It is no R1.
 */
stranger: boolean, quant: string, bytes: number, fit: Fit, };

/**
 * What to take, by ids.
 */
export type Advice = { best: string | null, faster: string | null, smarter: string | null, };

/**
 * What a person should know about how the machine and the catalogue were seen; `said` is in the
 * words of a driver, the engine or a parser.
 */
export type SurveyNote = { "type": "processor_is_set" } | { "type": "driver_failed", said: string, } | { "type": "gpus_unseen", said: string, } | { "type": "gpu_support_coming" } | { "type": "gpu_support_missing", said: string, } | { "type": "measured_beside_others" } | { "type": "catalogue_left_out", path: string, said: string, } | { "type": "cannot_be_loaded", said: string, };

/**
 * Which R1 runs here.
 */
export type Survey = { machine: MachineView, notes: Array<SurveyNote>, candidates: Array<Candidate>, advice: Advice, patienceMs: number, };

export type SurveyRequest = { 
/**
 * Measures the machine anew.
 */
again: boolean, };

export type FitRequest = { id: string, quant: string | null, context: number | null, kv: KvType | null, };

export type PatienceRequest = { patienceMs: number, };

/**
 * How a model shall be held.
 */
export type HeldRequest = { context: number | null, kv: KvType | null, };

export type ModelRequest = { model: string, 
/**
 * null leaves both to the plan, or to what was set the last time.
 */
held: HeldRequest | null, };

export type DownloadRequest = { 
/**
 * Its id in the catalogue.
 */
model: string, quant: string, };

export type DownloadKey = { key: string, };

export type NetworkRequest = { network: Network, };

export type HubRequest = { 
/**
 * As a person typed or pasted it.
 */
typed: string, };

/**
 * What of a repository runs here.
 */
export type HubView = { repository: string, 
/**
 * What it was asked for as, where that is another name.
 */
renamed: string | null, host: string, machine: MachineView, 
/**
 * The smallest first.
 */
offers: Array<Offer>, 
/**
 * Which of them was meant, where that is clear.
 */
meant: number | null, 
/**
 * What they are where they are no R1s.
 */
stranger: Stranger | null, };

/**
 * A model of a repository.
 */
export type Offer = { 
/**
 * What downloads it.
 */
id: string, 
/**
 * Its quantisation, or its name where that tells none.
 */
quant: string, 
/**
 * The file that opens it.
 */
path: string, bytes: number, 
/**
 * None where it was not looked at, or cannot be loaded.
 */
fit: Fit | null, 
/**
 * Why it cannot be loaded.
 */
cannot: Failure | null, };

export type OfferRequest = { id: string, quant: string, bytes: number, };

/**
 * That a token may be shown to a host for one of its repositories.
 */
export type AgreementRequest = { host: string, repository: string, };

export type TokenRequest = { host: string, };

/**
 * Where a token is that a host may be shown: a variable or a file. Never the token.
 */
export type TokenPlace = { place: string | null, };

export type LeaveRequest = { 
/**
 * Whether downloads go on without the window.
 */
goOn: boolean, 
/**
 * Whether it is the same every time from now on.
 */
always: boolean, };

/**
 * What somebody was asked for.
 */
export type Purpose = { "type": "download", file: string, } | { "type": "header", file: string, } | { "type": "listing", repository: string, } | { "type": "other", words: string, };

/**
 * What was asked of a host for one purpose.
 */
export type Connection = { 
/**
 * Of the last request, in milliseconds since 1970, UTC.
 */
atMs: number, host: string, why: Purpose, requests: number, bytes: number, };

export type ConnectionsRequest = { 
/**
 * Every one, and not only the latest.
 */
all: boolean, };

/**
 * Connections, the last first.
 */
export type Connections = { rows: Array<Connection>, 
/**
 * There are older ones.
 */
more: boolean, };

/**
 * What deleting a model would free.
 */
export type Removal = { bytes: number, paths: Array<string>, };

export type LinkRequest = { url: string, };

export type FolderRequest = { chat: number, 
/**
 * null takes it out of its folder.
 */
folder: string | null, };

export type InstructionsRequest = { 
/**
 * null is the chats to come.
 */
chat: number | null, text: string, };

/**
 * Instructions and a manner under a name.
 */
export type Preset = { name: string, instructions: string, manner: Manner, };

export type PresetRequest = { preset: Preset, };

export type PresetName = { name: string, };

/**
 * A chat that was deleted and can come back.
 */
export type DeletedChat = { id: number, title: string, 
/**
 * Milliseconds since 1970, UTC.
 */
deletedMs: number, };

/**
 * A question that was taken out of its chat with what followed it, and can come back.
 */
export type DeletedMessage = { id: number, chat: number, 
/**
 * The title of its chat.
 */
title: string, 
/**
 * How it begins, on one line.
 */
words: string, 
/**
 * Milliseconds since 1970, UTC.
 */
deletedMs: number, };

export type EraseRequest = { chats: number[], };

export type Theme = "system" | "light" | "dark";

export type Width = "comfortable" | "wide" | "full";

/**
 * What computes: whatever the plan chooses, or the processor alone.
 */
export type Device = "best" | "processor";

/**
 * What is set about the product itself.
 */
export type Preferences = { 
/**
 * The tag of a language of the page; empty follows the system.
 */
language: string, theme: Theme, 
/**
 * Size of text in percent of the usual.
 */
textPercent: number, width: Width, 
/**
 * The list of chats is hidden where there is room for it.
 */
listFolded: boolean, 
/**
 * null is by the machine's cores.
 */
threads: number | null, device: Device, 
/**
 * Minutes without a reply after which the model leaves the memory; 0 never.
 */
idleMinutes: number, gentleOnBattery: boolean, 
/**
 * Days after which deleted chats are erased; 0 never.
 */
trashDays: number, 
/**
 * Where models are; null is the folder for data.
 */
models: string | null, };

export type PreferencesRequest = { preferences: Preferences, };

/**
 * A copy of all chats.
 */
export type Backup = { name: string, bytes: number, };

/**
 * What is kept of an engine that stopped by itself.
 */
export type CrashReport = { name: string, 
/**
 * Milliseconds since 1970, UTC.
 */
atMs: number, 
/**
 * In English, in one sentence.
 */
what: string, text: string, };

export type CrashReportName = { name: string, };

/**
 * How the window is drawn.
 */
export type Drawing = { 
/**
 * In safe mode, without the graphics card.
 */
safe: boolean, 
/**
 * The same for the next start.
 */
next: boolean, 
/**
 * A person chose that.
 */
chosen: boolean, 
/**
 * There is a graphics card that can draw it.
 */
gpu: boolean, 
/**
 * A variable of the environment decides, whatever is chosen here.
 */
setOutside: boolean, };

/**
 * Where the user's words are.
 */
export type DataView = { folder: string, modelsFolder: string, 
/**
 * Threads that compute where nothing is set.
 */
usualThreads: number, mostThreads: number, chatsBytes: number, 
/**
 * The newest first.
 */
backups: Array<Backup>, 
/**
 * null on systems where nothing is to choose about it.
 */
drawing: Drawing | null, };

export type SafeModeRequest = { safe: boolean, };

// The usual encodings of letters, those of a script together.
export const ENCODINGS = [
  'UTF-8',
  'UTF-16LE',
  'UTF-16BE',
  'UTF-32LE',
  'UTF-32BE',
  'windows-1252',
  'ISO-8859-15',
  'macintosh',
  'windows-1250',
  'ISO-8859-2',
  'windows-1257',
  'windows-1254',
  'windows-1253',
  'ISO-8859-7',
  'windows-1251',
  'KOI8-R',
  'KOI8-U',
  'IBM866',
  'ISO-8859-5',
  'x-mac-cyrillic',
  'windows-1255',
  'windows-1256',
  'windows-1258',
  'windows-874',
  'gb18030',
  'Big5',
  'Shift_JIS',
  'EUC-JP',
  'ISO-2022-JP',
  'EUC-KR',
] as const;
