//! Files that wait with a draft: put to it, read on the way, taken away again. They are on disk like
//! its words, so a restart loses none.
//!
//! Not here: how a file becomes text (`reading`), and what happens once it is asked with (`asking`).

use std::collections::HashMap;
use std::path::PathBuf;

use chats::{Attachment, AttachmentId, ChatId, Chats, TextFile};

use crate::events::{AppEvent, ChatEvent};
use crate::failure::{Cause, Code, Failure};
use crate::open::{App, blocking};
use crate::reading::{self, Encoding, Limits, Remark, remarks};
use crate::stop::{Stopper, stop};

/// The files of one draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftFiles {
    /// Those that are there, in their order.
    pub files: Vec<Attachment>,
    /// Those that are being read.
    pub reading: Vec<Reading>,
    /// Those of `files` that [`App::read_anew`] can read with other letters.
    pub rereadable: Vec<AttachmentId>,
}

/// A file that is being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Stops it.
    pub number: u64,
    /// Its name.
    pub name: String,
}

/// All files that are being read.
#[derive(Default)]
pub(crate) struct Readings {
    last: u64,
    under_way: Vec<UnderWay>,
    /// Where those lie that were read since the start. No path is ever kept on disk.
    places: HashMap<AttachmentId, PathBuf>,
}

struct UnderWay {
    chat: Option<ChatId>,
    reading: Reading,
    stopper: Stopper,
}

impl App {
    /// Reads files and puts them to the draft of a chat, or of the next one, in their order. Those
    /// that can be read are there afterwards; the failure tells of the first that could not.
    pub async fn attach(
        &self,
        chat: Option<ChatId>,
        paths: Vec<PathBuf>,
    ) -> Result<Vec<AttachmentId>, Failure> {
        self.attach_in(None, chat, paths).await
    }

    /// [`App::attach`], with the letters of texts in this encoding.
    pub async fn attach_in(
        &self,
        encoding: Option<Encoding>,
        chat: Option<ChatId>,
        paths: Vec<PathBuf>,
    ) -> Result<Vec<AttachmentId>, Failure> {
        let mut begun = Vec::new();
        for path in paths {
            let (stopper, stop) = stop();
            let number = self
                .state()
                .readings
                .begin(chat, reading::of_path(&path), stopper);
            begun.push((number, path, stop));
        }
        self.at_the_gate(move |app, chats| app.tell_files(chats, chat))
            .await?;
        let (mut attached, mut failures) = (Vec::new(), Vec::new());
        for (number, path, stop) in begun {
            let name = reading::of_path(&path);
            let read = if stop.is_asked() {
                Err(Failure::new(Code::Stopped, "nobody wants it any more"))
            } else {
                let path = path.clone();
                blocking(move || reading::read_in(encoding, &path, Limits::default(), &stop)).await
            };
            let kept = self
                .at_the_gate(move |app, chats| {
                    app.state().readings.end(number);
                    let kept = read.and_then(|file| Ok(chats.attach(chat, &file)?));
                    if let Ok(file) = &kept {
                        app.state().readings.places.insert(file.id, path);
                    }
                    app.tell_files(chats, chat)?;
                    kept
                })
                .await;
            match kept {
                Ok(file) => attached.push(file.id),
                Err(failure) if failure.code == Code::Stopped => {}
                Err(failure) => failures.push((name, failure)),
            }
        }
        self.look_ahead(chat);
        match (failures.len(), failures.into_iter().next()) {
            (_, None) => Ok(attached),
            (1, Some((_, failure))) => Err(failure),
            (count, Some((name, failure))) => Err(Failure {
                message: format!("{} (and {} more)", failure.message, count - 1),
                cause: Some(Box::new(Cause::SeveralRefused {
                    name,
                    others: count as u64 - 1,
                })),
                ..failure
            }),
        }
    }

    /// [`App::attach`] to the draft of the next chat, for a file that a person opened Spud with; what
    /// fails is told as a notice.
    pub async fn open_file(&self, path: PathBuf) {
        if let Err(failure) = self.attach(None, vec![path]).await {
            self.state().notice(failure);
        }
    }

    /// Reads the text of a file of a draft once more, with letters of this encoding, and gives the
    /// number that it has from now on.
    pub async fn read_anew(
        &self,
        file: AttachmentId,
        encoding: Encoding,
    ) -> Result<AttachmentId, Failure> {
        let place = self.state().readings.places.get(&file).cloned();
        let Some(path) = place else {
            let message = "where this file lies is not known any more";
            return Err(Failure::new(Code::NotFound, message).hint("Attach it again."));
        };
        let again = path.clone();
        let (_stopper, stop) = stop();
        let read = move || reading::read_in(Some(encoding), &again, Limits::default(), &stop);
        let read = blocking(read).await?;
        let (chat, id) = self
            .at_the_gate(move |app, chats| {
                let (chat, id) = chats.replace(file, &read)?;
                let places = &mut app.state().readings.places;
                places.remove(&file);
                places.insert(id, path);
                Ok((chat, id))
            })
            .await?;
        self.at_the_gate(move |app, chats| app.tell_files(chats, chat))
            .await?;
        self.look_ahead(chat);
        Ok(id)
    }

    /// Takes a file away from the draft with which it waits.
    pub async fn detach(&self, file: AttachmentId) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let chat = chats.detach(file)?;
            app.state().readings.places.remove(&file);
            app.tell_files(chats, chat)
        })
        .await
    }

    /// Stops the reading of a file, if it is still being read.
    pub fn stop_reading(&self, number: u64) {
        self.state().readings.stop(number);
    }

    /// A file of a draft or of a question, with its text.
    pub async fn attached(&self, file: AttachmentId) -> Result<TextFile, Failure> {
        self.on_disk(move |_, chats| Ok(chats.attached(file)?))
            .await
    }

    /// The files of a draft as they are now.
    pub(crate) fn files_of(
        &self,
        chats: &Chats,
        chat: Option<ChatId>,
    ) -> Result<DraftFiles, Failure> {
        let files = chats.drafted(chat)?;
        let state = self.state();
        let places = &state.readings.places;
        let rereadable = files.iter().filter(|file| {
            places.contains_key(&file.id)
                && remarks(&file.remarks).iter().any(Remark::is_of_letters)
        });
        Ok(DraftFiles {
            rereadable: rereadable.map(|file| file.id).collect(),
            reading: state.readings.of(chat),
            files,
        })
    }

    /// Tells the files of a draft as they are now; at the gate only.
    pub(crate) fn tell_files(&self, chats: &Chats, chat: Option<ChatId>) -> Result<(), Failure> {
        let files = self.files_of(chats, chat)?;
        let mut state = self.state();
        match chat {
            Some(chat) => state.tell_chat(chat, &ChatEvent::Files(files)),
            None => state.app_watchers.tell(&AppEvent::Files(files)),
        }
        Ok(())
    }
}

impl Readings {
    fn begin(&mut self, chat: Option<ChatId>, name: String, stopper: Stopper) -> u64 {
        self.last += 1;
        let number = self.last;
        self.under_way.push(UnderWay {
            chat,
            reading: Reading { number, name },
            stopper,
        });
        number
    }

    fn end(&mut self, number: u64) {
        self.under_way.retain(|one| one.reading.number != number);
    }

    fn stop(&self, number: u64) {
        let mut all = self.under_way.iter();
        if let Some(one) = all.find(|one| one.reading.number == number) {
            one.stopper.stop();
        }
    }

    fn of(&self, chat: Option<ChatId>) -> Vec<Reading> {
        let of_chat = self.under_way.iter().filter(|one| one.chat == chat);
        of_chat.map(|one| one.reading.clone()).collect()
    }
}
