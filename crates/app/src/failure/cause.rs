//! What happened, more closely than a code says it: facts, for whoever words them in a language of
//! their own. The English for each stands where it happens, in the failure's message and hint.
//!
//! One only where the code leaves a person without what there is to know. What has no other form
//! than words, such as what the system said, is not here but the failure's `detail`.
//!
//! What befell a reply is kept with it in this form (`chats`): a name here is for good, or what bore an
//! older one is told in English.

use library::SourceFailure;
use serde::{Deserialize, Serialize};

use crate::kin::Kin;

/// See the module. Names and paths are as they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
#[expect(missing_docs, reason = "the facts are called what they are")]
pub enum Cause {
    // Chats on their disk.
    /// The disk that holds the chats is full.
    NoRoom { path: String },
    /// The chats cannot be written.
    ReadOnly { path: String },
    /// Another Spud has them open.
    InUse { path: String },
    /// The file proved damaged.
    Damaged { path: String },
    /// The file was damaged, and a backup took its place.
    Restored { from: String },
    /// The same; the damaged file is kept.
    RestoredAndKept { from: String, kept: String },
    /// The file was damaged, and there was no backup.
    Fresh { kept: String },
    /// The chats cannot be opened, so that nothing is kept.
    Unkept,
    /// Spud is being closed.
    Closing,
    /// Files may hold words of what was erased.
    WordsLeft { files: String },

    // Files.
    /// A file cannot be written.
    Unwritable { path: String },
    /// What was to be deleted is still there, or some of it.
    NotDeleted,
    /// A folder cannot hold models.
    NoModelsFolder { path: String },
    /// The folder for models is not there, or takes none.
    ModelsAway { path: String },
    /// The folder for what can be made again takes nothing.
    NoCache { path: String },
    /// A folder was not shown.
    NoFolderShown { path: String },
    /// A file holds no chats that Spud reads.
    NotChats { path: String },
    /// Other chats are being taken in.
    Importing,

    // Settings.
    /// What is set about the network cannot be read, so that nobody is asked for anything.
    NetworkUnread { path: String, kept: String },
    /// Settings cannot be read, or some of them.
    SettingsUnread { path: String, kept: String },
    /// The list of downloads cannot be read, or some of it.
    DownloadsUnread { path: String, kept: String },
    /// There are as many presets as there may be.
    ManyPresets { most: u64 },
    /// A preset without a name.
    Nameless,
    /// Instructions of more than so many KiB.
    LongInstructions { kib: u64 },

    // Replies.
    /// The reply is complete.
    ReplyComplete,
    /// There is no thought to go on with.
    NoThought,
    /// The question with its files, in tokens.
    LongQuestion { total: u64, context: u64, room: u64 },

    // The engine.
    /// The memory ran out, and the system ended the engine.
    MemoryRanOut,
    /// A GPU that the model was planned for is not there any more.
    GpuGone,

    // Models.
    /// No file of a model there.
    NoFile { path: String },
    /// The file ends before its time.
    Incomplete {
        file: String,
        found_bytes: u64,
        expected_bytes: u64,
    },
    /// The file is something else than a model.
    NoModel { file: String },
    /// The file's form is newer than what is known here.
    NewerForm { file: String },
    /// The family of the file's model is one of a later llama.cpp.
    LaterFamily { file: String, name: String },
    /// The file's tokenizer, or how it cuts a text before that, is one of a later llama.cpp.
    LaterTokenizer { file: String, name: String },
    /// The file's form is no longer read.
    OlderForm { file: String },
    /// The file breaks a rule of its form.
    Unsound { file: String },
    /// A sound model that runs and is no R1.
    NotR1 { name: String },
    /// The same of one that is near to R1.
    KinOfR1 { name: String, kin: Kin },
    /// A model that was not made for chats.
    NoTemplate { file: String },
    /// Its own chat template cannot be followed.
    TemplateUnfit { file: String },
    /// A sound model of a family that Spud does not run.
    OtherFamily { file: String, architecture: String },
    /// One part of a model in several files is not beside the first.
    PartMissing {
        file: String,
        number: u64,
        count: u64,
    },
    /// A later part was opened instead of the first.
    LaterPart { file: String, number: u64 },
    /// The catalogue has no such model.
    NotInCatalogue { id: String },
    /// The model has no such quantisation.
    NoQuant { id: String, quant: String },
    /// Nothing of the model is on this machine.
    NothingHere { id: String },
    /// Somebody else put it there.
    NotOurs { path: String },
    /// At least so much memory is needed.
    TooBig {
        file: String,
        needed_bytes: u64,
        free_bytes: u64,
    },
    /// A load failed and smaller settings are tried.
    Smaller {
        context: u64,
        gpu_layers: u64,
        layers: u64,
    },

    // Downloads.
    /// No address of a hub.
    NoHub { address: String, example: String },
    /// Nobody tells the hash of a file, so that it cannot be checked.
    Unverifiable { file: String },
    /// No source gave the file.
    Nowhere {
        file: String,
        // Of a download, and no download is kept with a reply.
        #[serde(skip)]
        sources: Vec<SourceFailure>,
    },
    /// A hub gives a repository only to whom its publisher let in.
    Gated { host: String, repository: String },
    /// The same where a token was shown, of somebody who was not.
    TokenRefused { host: String, repository: String },
    /// A hub has no repository of the name, or none that everybody sees.
    NotOpen { host: String, repository: String },
    /// There is no such model in a repository, or several are.
    NotInRepository { repository: String },
    /// What was typed names no model of a hub.
    NoAddress { address: String },
    /// A proxy lets nothing through.
    Proxy { proxy: String, host: String },
    /// A proxy wants a name and a password, or others.
    ProxyPassword { proxy: String, host: String },
    /// The hub listed no files.
    NoListing { host: String, repository: String },
    /// The disk has too little room for a download.
    NeedsDisk {
        file: String,
        needed_bytes: u64,
        free_bytes: u64,
    },
    /// The disk gives back other bytes than were written to it.
    DiskFlips { file: String, path: String },
    /// The disk's file system takes no file as large.
    LargeFile { file: String },
    /// Another file has the name already.
    Occupied { path: String },

    // Files to attach.
    /// Several files were not attached, this one among them.
    SeveralRefused { name: String, others: u64 },
    /// A folder, a pipe, a device.
    NotAFile { name: String },
    /// There is no such file.
    Gone { name: String },
    /// The file may not be read.
    Forbidden { name: String },
    /// The file cannot be read.
    Unreadable { name: String },
    /// The file is too large.
    LargeText {
        name: String,
        bytes: u64,
        most_bytes: u64,
    },
    /// The file is no text.
    NotText { name: String },
    /// The file is a picture, in this form.
    IsPicture { name: String, format: String },
    /// The file is sound.
    IsSound { name: String, format: String },
    /// The file is a video.
    IsVideo { name: String, format: String },
    /// The file is an archive, or something packed.
    IsArchive { name: String, format: String },
    /// The file is a program.
    IsProgram { name: String, format: String },
    /// The file is a document of a form that is not read.
    IsDocument { name: String, format: String },
    /// The file is a model.
    IsModel { name: String },
    /// The file is something else of a form that has a name.
    IsOther { name: String, format: String },
    /// The file has no words in it.
    NoWords { name: String },
    /// A damaged document.
    DocumentDamaged { name: String },
    /// A document with a password.
    DocumentLocked { name: String },
    /// A PDF of pictures.
    DocumentPictures { name: String },
    /// A PDF whose letters nobody can tell.
    DocumentIllegible { name: String },
    /// A form that only Adobe's programs show, and in which nothing is filled in.
    DocumentForm { name: String },
    /// A document that unpacks to too much.
    DocumentTooMuch { name: String },
    /// A document with too much text.
    DocumentLong { name: String, most_bytes: u64 },
    /// A document that was not read in time.
    DocumentSlow { name: String, seconds: u64 },
    /// A document on which the reader broke.
    DocumentBroke { name: String },
    /// The reader of documents did not start.
    NoDocumentReader { name: String },
}
