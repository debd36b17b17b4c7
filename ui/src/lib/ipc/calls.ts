// The list of calls and streams between the page and the shell, typed: name, what goes in, what
// comes out. The shapes themselves come from Rust (`wire.ts`). Deliberately not here: how a call
// travels; that is `tauri.ts` in the window and `fake.ts` in a plain browser.
import type {
  AgainRequest,
  AgreementRequest,
  AppEvent,
  AttachRequest,
  ChatEvent,
  ChatRequest,
  Connections,
  ConnectionsRequest,
  Copying,
  CrashReport,
  CrashReportName,
  DataView,
  DeletedChat,
  DeletedMessage,
  DownloadKey,
  DownloadRequest,
  DragEvent,
  DraftRequest,
  EraseRequest,
  ExportRequest,
  Failure,
  FileRequest,
  FileText,
  Fit,
  FolderRequest,
  Hit,
  HubRequest,
  HubView,
  ImportRequest,
  FitRequest,
  InsteadRequest,
  InstructionsRequest,
  LeaveRequest,
  LettersRequest,
  LinkRequest,
  MannerRequest,
  MessageRequest,
  ModelRequest,
  NetworkRequest,
  OfferRequest,
  PatienceRequest,
  PinRequest,
  PreferencesRequest,
  PresetName,
  PresetRequest,
  ReadingRequest,
  RememberRequest,
  Removal,
  RenameRequest,
  SafeModeRequest,
  SearchRequest,
  SendRequest,
  SendResponse,
  SetRequest,
  Survey,
  SurveyRequest,
  TakenIn,
  TokenPlace,
  TokenRequest,
  WeighRequest,
  Weight,
} from './wire';

type Nothing = Record<never, never>;

/** Every call rejects with a `Failure`. */
export interface Calls {
  /** Resolves when the question is on disk; the reply arrives on the chat's stream. */
  send: { request: SendRequest; response: SendResponse };
  /** Puts files to a draft: those of a drop, else those that the system's file dialog gives. What is
      there is told by `files` events; resolves when all are read, also when cancelled. */
  attach: { request: AttachRequest; response: null };
  /** Takes a file from its draft. */
  detach: { request: FileRequest; response: null };
  stop_reading: { request: ReadingRequest; response: null };
  /** What stands in a file of a draft or of a question. */
  file_text: { request: FileRequest; response: FileText };
  /** Reads a file of a draft with letters of another encoding; it has another number then, which a
      `files` event tells. */
  set_letters: { request: LettersRequest; response: null };
  /** What a question would take of the context with its files. */
  weigh: { request: WeighRequest; response: Weight };
  /** Stops the reply of that chat; its end arrives as an event. */
  stop: { request: ChatRequest; response: null };
  /** Closes the thought of that chat's reply; its answer begins. */
  answer_now: { request: ChatRequest; response: null };
  /** Asks another question in the place of one, which stays as a branch. */
  ask_instead: { request: InsteadRequest; response: null };
  /** Writes another reply beside one, which stays as a branch; by another model if one is given, which
      answers from then on. */
  ask_again: { request: AgainRequest; response: null };
  /** Goes on with a reply that was stopped, cut or interrupted. */
  go_on: { request: MessageRequest; response: null };
  /** Writes another reply beside one that begins with its thought and thinks further. */
  think_more: { request: MessageRequest; response: null };
  show_branch: { request: MessageRequest; response: null };
  /** How replies of a chat think, or of chats to come with the model that answers now. */
  set_manner: { request: MannerRequest; response: null };
  rename_chat: { request: RenameRequest; response: null };
  pin_chat: { request: PinRequest; response: null };
  /** The system's file dialog, then the file; resolves also when cancelled. A copy in HTML waits for its
      words to be set. */
  export_chats: { request: ExportRequest; response: Copying | null };
  /** What was set, text by text; resolves with the next ones, or with where the file is. */
  set_copy: { request: SetRequest; response: Copying };
  /** The folder with the last copy, in the system's own program for folders. */
  show_copy: { request: Nothing; response: null };
  /** Chats of what was dropped, else of what the system's file dialog gives; resolves with what became of
      each, or with null when nothing was chosen. How far it is arrives as `arriving` events. */
  import_chats: { request: ImportRequest; response: TakenIn | null };
  /** Ends the import that is under way, which then resolves. */
  stop_import: { request: Nothing; response: null };
  /** The chats in which all words stand, the last changed first. */
  search: { request: SearchRequest; response: Hit[] };
  /** Sets a flag, nothing is lost; the list arrives as an event. */
  delete_chat: { request: ChatRequest; response: null };
  restore_chat: { request: ChatRequest; response: null };
  /** Into a folder by its name, or out of its folder. */
  set_folder: { request: FolderRequest; response: null };
  /** The last deleted first. */
  deleted_chats: { request: Nothing; response: DeletedChat[] };
  /** Of chats that are there, the last deleted first. */
  deleted_messages: { request: Nothing; response: DeletedMessage[] };
  /** For good, in the backups too. */
  erase_chats: { request: EraseRequest; response: null };
  /** With all that followed it; the branch that is left arrives as an event. */
  remove_message: { request: MessageRequest; response: null };
  restore_message: { request: MessageRequest; response: null };
  set_instructions: { request: InstructionsRequest; response: null };
  save_preset: { request: PresetRequest; response: null };
  remove_preset: { request: PresetName; response: null };
  set_preferences: { request: PreferencesRequest; response: null };
  /** The system's dialog, then the setting; resolves also when cancelled. */
  choose_models_folder: { request: Nothing; response: null };
  data_view: { request: Nothing; response: DataView };
  /** Makes today's backup anew. */
  back_up_now: { request: Nothing; response: null };
  /** What is kept of engines that stopped by themselves, the newest first. */
  crash_reports: { request: Nothing; response: CrashReport[] };
  delete_crash_report: { request: CrashReportName; response: null };
  /** In the system's own program for folders. */
  show_data_folder: { request: Nothing; response: null };
  /** Whether the next start draws without the graphics card. */
  set_safe_mode: { request: SafeModeRequest; response: null };
  save_draft: { request: DraftRequest; response: null };
  /** Which chat is open, for the next start. */
  remember_chat: { request: RememberRequest; response: null };
  /** Which R1 runs here. The first time, and when asked again, it measures for some seconds. */
  survey: { request: SurveyRequest; response: Survey };
  /** The plan of one model for other settings, in milliseconds. */
  fit_model: { request: FitRequest; response: Fit };
  /** The time for an answer that the person accepts; the next survey follows it. */
  set_patience: { request: PatienceRequest; response: null };
  /** Ends the engine once no reply is being written, which gives all its memory back. */
  unload_model: { request: Nothing; response: null };
  /** Checks and loads; progress arrives as `engine` events. */
  choose_model: { request: ModelRequest; response: null };
  /** The system's file dialog, then as `choose_model`; resolves also when cancelled. */
  browse_model: { request: Nothing; response: null };
  /** Puts a model at the end of the queue; how far it is arrives as `downloads` events. */
  download: { request: DownloadRequest; response: null };
  pause_download: { request: DownloadKey; response: null };
  /** Also tries one again that failed. */
  resume_download: { request: DownloadKey; response: null };
  /** Deletes what came of it; of one that is done only its row goes. */
  cancel_download: { request: DownloadKey; response: null };
  /** What of a hub's repository runs here, told by its list and a header; a newer look ends an older. */
  look_at_hub: { request: HubRequest; response: HubView };
  /** Ends a look that is under way. */
  stop_look: { request: Nothing; response: null };
  /** As `download`, for a model that `look_at_hub` told. */
  download_offer: { request: OfferRequest; response: null };
  /** Lets the person's token be shown to a host for one of its repositories, from now on. */
  agree_token: { request: AgreementRequest; response: null };
  /** Where a token is that a host may be shown. */
  token_place: { request: TokenRequest; response: TokenPlace };
  set_network: { request: NetworkRequest; response: null };
  /** The latest connections or all, the last first. */
  connections: { request: ConnectionsRequest; response: Connections };
  /** What deleting a model would free; rejects where it is not ours to delete. */
  removal: { request: DownloadRequest; response: Removal };
  remove_model: { request: DownloadRequest; response: null };
  /** The answer to the `leaving` event. */
  leave: { request: LeaveRequest; response: null };
  open_link: { request: LinkRequest; response: null };
  /** Said once, when the page stands on the screen: else the window is opened again in safe mode. */
  painted: { request: Nothing; response: null };
}

/** Every stream begins with a snapshot; then deltas. */
export interface Streams {
  watch_app: { request: Nothing; event: AppEvent };
  watch_chat: { request: ChatRequest; event: ChatEvent };
  /** What is held over the window; where it lies stays with the shell, which opens it. */
  watch_drag: { request: Nothing; event: DragEvent };
}

/** Ends a subscription. A second call does nothing. */
export type Unsubscribe = () => void;

/** The one door between the page and whatever runs the models. */
export interface Backend {
  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]['request'],
  ): Promise<Calls[Name]['response']>;

  /** Live before it returns; `failed` hears at most once, if the stream could not be opened. */
  watch<Name extends keyof Streams>(
    name: Name,
    request: Streams[Name]['request'],
    listener: (event: Streams[Name]['event']) => void,
    failed: (failure: Failure) => void,
  ): Unsubscribe;
}
