//! What happened in facts, as the page words them: see `app::Cause` and `app::SourceFailure`.
//!
//! The names of the facts are the names of the values in the page's sentences; one that ends in
//! `bytes` is shown as a size.

use app::{Cause as Theirs, NetError, SourceFailure};
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::kin::Kin;

/// A whole number that the page can count with.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Whole(#[cfg_attr(test, ts(type = "number"))] pub(super) u64);

/// A fact on its way over the bridge.
trait Over<To> {
    fn over(self) -> To;
}

impl Over<Self> for String {
    fn over(self) -> Self {
        self
    }
}

impl Over<Whole> for u64 {
    fn over(self) -> Whole {
        Whole(self)
    }
}

impl Over<Kin> for app::Kin {
    fn over(self) -> Kin {
        self.into()
    }
}

impl Over<Vec<Setback>> for Vec<SourceFailure> {
    fn over(self) -> Vec<Setback> {
        self.iter().map(Setback::of).collect()
    }
}

/// Declares the causes, and the way into them from those of the same names.
macro_rules! causes {
    ($($name:ident $({ $($fact:ident: $kind:ty),+ })?),+ $(,)?) => {
        /// What happened, more closely than the code says.
        #[derive(Debug, Clone, Serialize)]
        #[cfg_attr(test, derive(TS))]
        #[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "type")]
        pub(crate) enum Cause {
            $($name $({ $($fact: $kind),+ })?),+
        }

        impl From<Theirs> for Cause {
            fn from(cause: Theirs) -> Self {
                match cause {
                    $(Theirs::$name $({ $($fact),+ })? => Self::$name $({ $($fact: $fact.over()),+ })?),+
                }
            }
        }
    };
}

causes! {
    NoRoom { path: String },
    ReadOnly { path: String },
    InUse { path: String },
    Damaged { path: String },
    Restored { from: String },
    RestoredAndKept { from: String, kept: String },
    Fresh { kept: String },
    Unkept,
    Closing,
    WordsLeft { files: String },
    Unwritable { path: String },
    NotDeleted,
    NoModelsFolder { path: String },
    ModelsAway { path: String },
    NoCache { path: String },
    NoFolderShown { path: String },
    NotChats { path: String },
    Importing,
    NetworkUnread { path: String, kept: String },
    SettingsUnread { path: String, kept: String },
    DownloadsUnread { path: String, kept: String },
    ManyPresets { most: Whole },
    Nameless,
    LongInstructions { kib: Whole },
    ReplyComplete,
    NoThought,
    LongQuestion { total: Whole, context: Whole, room: Whole },
    NoFile { path: String },
    MemoryRanOut,
    GpuGone,
    Incomplete { file: String, found_bytes: Whole, expected_bytes: Whole },
    NoModel { file: String },
    NewerForm { file: String },
    LaterFamily { file: String, name: String },
    LaterTokenizer { file: String, name: String },
    OlderForm { file: String },
    Unsound { file: String },
    NotR1 { name: String },
    KinOfR1 { name: String, kin: Kin },
    NoTemplate { file: String },
    TemplateUnfit { file: String },
    OtherFamily { file: String, architecture: String },
    PartMissing { file: String, number: Whole, count: Whole },
    LaterPart { file: String, number: Whole },
    NotInCatalogue { id: String },
    NoQuant { id: String, quant: String },
    NothingHere { id: String },
    NotOurs { path: String },
    TooBig { file: String, needed_bytes: Whole, free_bytes: Whole },
    Smaller { context: Whole, gpu_layers: Whole, layers: Whole },
    NoHub { address: String, example: String },
    Unverifiable { file: String },
    Nowhere { file: String, sources: Vec<Setback> },
    Gated { host: String, repository: String },
    TokenRefused { host: String, repository: String },
    NotOpen { host: String, repository: String },
    NotInRepository { repository: String },
    NoAddress { address: String },
    Proxy { proxy: String, host: String },
    ProxyPassword { proxy: String, host: String },
    NoListing { host: String, repository: String },
    NeedsDisk { file: String, needed_bytes: Whole, free_bytes: Whole },
    DiskFlips { file: String, path: String },
    LargeFile { file: String },
    Occupied { path: String },
    SeveralRefused { name: String, others: Whole },
    NotAFile { name: String },
    Gone { name: String },
    Forbidden { name: String },
    Unreadable { name: String },
    LargeText { name: String, bytes: Whole, most_bytes: Whole },
    NotText { name: String },
    IsPicture { name: String, format: String },
    IsSound { name: String, format: String },
    IsVideo { name: String, format: String },
    IsArchive { name: String, format: String },
    IsProgram { name: String, format: String },
    IsDocument { name: String, format: String },
    IsModel { name: String },
    IsOther { name: String, format: String },
    NoWords { name: String },
    DocumentDamaged { name: String },
    DocumentLocked { name: String },
    DocumentPictures { name: String },
    DocumentIllegible { name: String },
    DocumentForm { name: String },
    DocumentTooMuch { name: String },
    DocumentLong { name: String, most_bytes: Whole },
    DocumentSlow { name: String, seconds: Whole },
    DocumentBroke { name: String },
    NoDocumentReader { name: String },
}

/// What a source of a download failed at.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Setback {
    Offline { host: String },
    NoConnection { host: String },
    Silent { host: String, seconds: Whole },
    NoAddress { address: String },
    Proxy { proxy: String, host: String },
    NotThere { host: String },
    Gated { host: String, repository: String },
    Refused { host: String, status: u16 },
    Busy { host: String, status: u16 },
    OtherFile { host: String },
    WrongHash { hosts: String },
    Nonsense { host: String },
}

impl Setback {
    pub(super) fn of(failure: &SourceFailure) -> Self {
        match failure.clone() {
            SourceFailure::NoConnection(error) => match error {
                NetError::Offline { host } => Self::Offline { host },
                NetError::Broken { host, .. } => Self::NoConnection { host },
                NetError::Silent { host, waited } => Self::Silent {
                    host,
                    seconds: Whole(waited.as_secs()),
                },
                NetError::Proxy { proxy, host, .. } => Self::Proxy { proxy, host },
                NetError::NoAddress(address) => Self::NoAddress { address },
            },
            SourceFailure::NotThere { host } => Self::NotThere { host },
            SourceFailure::Gated {
                host, repository, ..
            } => Self::Gated { host, repository },
            SourceFailure::Refused { host, status } => Self::Refused { host, status },
            SourceFailure::Busy { host, status } => Self::Busy { host, status },
            SourceFailure::OtherFile { host, .. } => Self::OtherFile { host },
            SourceFailure::WrongHash { hosts, .. } => Self::WrongHash {
                hosts: hosts.join(", "),
            },
            SourceFailure::Nonsense { host, .. } => Self::Nonsense { host },
        }
    }
}
