// Written by `cargo test -p spud-desktop` from src-tauri/src/wire.rs. Do not edit.

/**
 * Kinds of failure, one where somebody acts on the kind.
 */
export type Code = "model_missing" | "model_broken" | "model_unsupported" | "model_too_big" | "engine_missing" | "engine_mismatch" | "engine_stopped" | "engine_failed" | "prompt_empty" | "prompt_too_long" | "busy" | "storage" | "storage_newer" | "not_found" | "link_refused" | "bug";

/**
 * What failed on what (`message`), what to do now (`hint`).
 */
export type Failure = { code: Code, message: string, hint: string | null, };

export type MessageRole = "user" | "assistant";

export type MessageState = "complete" | "stopped" | "length" | "failed" | "streaming" | "interrupted";

export type Message = { id: number, parent: number | null, role: MessageRole, 
/**
 * The question, or the answer without its thinking.
 */
text: string, thinking: string, state: MessageState, failure: Failure | null, 
/**
 * Name of the model that wrote it; empty for the user's.
 */
model: string, promptTokens: number, cachedTokens: number, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number, 
/**
 * Tokens per second while decoding, 0 when nothing was decoded.
 */
decodePerSecond: number, 
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
replying: boolean, };

/**
 * What a reply is doing before and while its words come.
 */
export type Phase = { "type": "waiting" } | { "type": "loading", progress: number, } | { "type": "reading", done: number, total: number, } | { "type": "thinking" } | { "type": "answering" };

export type ChatEvent = { "type": "snapshot", chat: ChatRow, messages: Array<Message>, phase: Phase | null, draft: string, } | { "type": "message", message: Message, } | { "type": "phase", message: number, phase: Phase, } | { "type": "growth", message: number, thinking: string, answer: string, thinkingTokens: number, answerTokens: number, thinkingMs: number, answerMs: number, } | { "type": "end", message: Message, } | { "type": "gone" };

/**
 * The model that answers: `progress` while it loads.
 */
export type EngineState = { "type": "off" } | { "type": "loading", progress: number, } | { "type": "ready", context: number, } | { "type": "failed", failure: Failure, };

export type Model = { 
/**
 * "sprout", or the path of a GGUF file.
 */
id: string, name: string, 
/**
 * One line that says what it is, such as "Practice model, sums only".
 */
about: string, 
/**
 * Size of the weights.
 */
bytes: number, };

export type Notice = { failure: Failure, };

export type AppEvent = { "type": "snapshot", version: string, chats: Array<ChatRow>, models: Array<Model>, model: string, engine: EngineState, notices: Array<Notice>, 
/**
 * What was typed for a chat that does not exist yet.
 */
draft: string, lastChat: number | null, 
/**
 * True until the first question was ever sent.
 */
firstRun: boolean, } | { "type": "chats", chats: Array<ChatRow>, } | { "type": "model", models: Array<Model>, model: string, } | { "type": "engine", engine: EngineState, } | { "type": "notice", notice: Notice, };

export type SendRequest = { 
/**
 * null starts a new chat.
 */
chat: number | null, text: string, };

export type SendResponse = { chat: number, };

export type ChatRequest = { chat: number, };

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

export type ModelRequest = { model: string, };

export type LinkRequest = { url: string, };
