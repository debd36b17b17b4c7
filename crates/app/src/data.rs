//! The folder in which the user's words are, as somebody looks at it: how much there is, which backups,
//! where models go.

use std::path::PathBuf;

use crate::failure::{Cause, Code, Failure};
use crate::machine::unknown;
use crate::open::{App, blocking, now_ms};
use crate::outside;

/// Where the user's words are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// Chats, settings and what goes with them.
    pub folder: PathBuf,
    /// Models.
    pub models: PathBuf,
    /// Bytes of the database.
    pub chats_bytes: u64,
    /// Its copies by name, with their bytes, the newest first.
    pub backups: Vec<(String, u64)>,
    /// Threads that compute where no number is set.
    pub usual_threads: u32,
    /// Threads that could compute.
    pub most_threads: u32,
}

impl App {
    /// Where the user's words are.
    pub async fn data(&self) -> Result<Data, Failure> {
        let home = self.inner.room.outfit().home.clone();
        self.on_disk(move |_, chats| {
            let machine = machine::look().map_err(|error| unknown(&error))?;
            Ok(Data {
                folder: home.data().to_owned(),
                models: home.models(),
                chats_bytes: chats.bytes(),
                backups: chats.backups()?,
                usual_threads: machine.threads(),
                most_threads: machine.cores.usable.max(1),
            })
        })
        .await
    }

    /// Makes today's backup anew.
    pub async fn back_up_now(&self) -> Result<(), Failure> {
        self.on_disk(|_, chats| Ok(chats.back_up(now_ms())?)).await
    }

    /// Opens the data folder in the system's own program for folders.
    pub async fn show_data_folder(&self) -> Result<(), Failure> {
        show_folder(self.inner.room.outfit().home.data().to_owned()).await
    }
}

/// Opens a folder in the system's own program for folders.
pub async fn show_folder(folder: PathBuf) -> Result<(), Failure> {
    blocking(move || {
        outside::open_folder(&folder).map_err(|error| {
            let message = format!("no program opened `{}`: {error}", folder.display());
            Failure::new(Code::Storage, message)
                .hint("Open the folder by hand.")
                .cause(Cause::NoFolderShown {
                    path: folder.display().to_string(),
                })
                .detail(error)
        })
    })
    .await
}
