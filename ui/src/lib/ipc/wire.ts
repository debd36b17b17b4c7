// Written by `cargo test -p spud-desktop` from src-tauri/src/wire.rs. Do not edit.

export type Code = "no_model" | "model_missing" | "model_broken" | "model_unsupported" | "model_too_big" | "engine_missing" | "engine_mismatch" | "engine_stopped" | "engine_failed" | "prompt_empty" | "prompt_too_long" | "storage" | "storage_newer" | "not_found" | "bug";

/** What failed on what (`message`), what to do now (`hint`). */
export type Failure = { code: Code, message: string, hint: string | null, };

export type MessageRole = "user" | "assistant";

export type MessageState = "complete" | "stopped" | "length" | "failed" | "streaming" | "interrupted";

export type Message = { id: number, parent: number | null, role: MessageRole, 
/** The question, or the answer without its thinking. */
text: string, thinking: string, state: MessageState, failure: Failure | null, 
/** Name of the model that wrote it; empty for the user's. */
model: string, promptTokens: number, cachedTokens: number, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number, 
/** Tokens per second while decoding, 0 when nothing was decoded. */
decodePerSecond: number, 
/** Milliseconds since 1970, UTC. */
createdMs: number, };

export type ChatRow = { id: number, title: string, 
/** Milliseconds since 1970, UTC, of the last message. */
changedMs: number, 
/** A reply is being written in it now. */
replying: boolean, };

/** What a reply is doing before and while its words come. */
export type Phase = { "type": "waiting" } | { "type": "loading", progress: number } | { "type": "reading", done: number, total: number } | { "type": "thinking" } | { "type": "answering" };

export type ChatEvent = 
/** Always first: everything there is. A reply in progress is the last message, with state "streaming"; `phase` is null when none is. */
{ "type": "snapshot", chat: ChatRow, messages: Array<Message>, phase: Phase | null, draft: string } 
/** A message joined the end of the conversation (the question; then the empty reply, state "streaming"). */
| { "type": "message", message: Message } 
| { "type": "phase", message: number, phase: Phase } 
/** Text to append to `thinking` and `text` of the message; counts and times are totals so far. */
| { "type": "growth", message: number, thinking: string, answer: string, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number } 
/** The reply's end, once: the message as it stands on disk. */
| { "type": "end", message: Message } 
| { "type": "gone" };

/** The model that answers: `progress` while it loads. */
export type EngineState = { "type": "off" } | { "type": "loading", progress: number } | { "type": "ready", context: number } | { "type": "failed", failure: Failure };

export type Model = { 
/** "sprout", or the path of a GGUF file. */
id: string, name: string, 
/** One line that says what it is, such as "Practice model, sums only". */
about: string, 
/** Size of the weights. */
bytes: number, };

export type Notice = { failure: Failure, };

export type AppEvent = 
/** Always first. `lastChat` is the chat that was open when the window closed. */
{ "type": "snapshot", version: string, chats: Array<ChatRow>, models: Array<Model>, model: string, engine: EngineState, notices: Array<Notice>, lastChat: number | null, 
/** True until the first question was ever sent. */
firstRun: boolean } 
| { "type": "chats", chats: Array<ChatRow> } 
| { "type": "model", models: Array<Model>, model: string } 
| { "type": "engine", engine: EngineState } 
| { "type": "notice", notice: Notice };

export type SendRequest = { 
/** null starts a new chat. */
chat: number | null, text: string, };

export type SendResponse = { chat: number, };

export type ChatRequest = { chat: number, };

export type RenameRequest = { chat: number, title: string, };

export type DraftRequest = { 
/** null is the draft of the chat that does not exist yet. */
chat: number | null, text: string, };

export type ModelRequest = { model: string, };

export type LinkRequest = { url: string, };
