//! Which model answers: the list of those that were opened, and changing the choice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chats::Chats;
use fit::Verdict;
use serde::{Deserialize, Serialize};

use crate::engine_room::{Settings, fresh_seed};
use crate::events::{AboutModel, AppEvent, ModelRow};
use crate::failure::Failure;
use crate::kin::{Kin, Stranger, no_r1};
use crate::list::key;
use crate::model::{Model, Preflight, SPROUT, Wish, preflight};
use crate::naming::{name_of_file, stem};
use crate::open::{App, blocking};
use crate::picking::Held;
use crate::state::{Preparing, assert_unlocked};
use crate::stop::{Stop, stop};

/// Between two looks at whether files are still there.
const LOOK: Duration = Duration::from_secs(5);

/// Of the files that were opened, the list keeps this many.
const FILES_KEPT: usize = 12;

/// A model that is about to be the one that answers.
struct Choice {
    model: Model,
    /// How it is held.
    held: Held,
    name: String,
    /// Its line in the list; none for Sprout, which has one.
    row: Option<ModelRow>,
}

impl App {
    /// Chooses the model that answers from now on: its file is checked and it is loaded, unless a
    /// reply is being written, which keeps the one it has. Where it fails, the choice stays what
    /// it was. A second choice ends the load of the first.
    /// `held` is kept for this model; without it, it is held as it was the last time.
    pub async fn choose_model(&self, id: &str, held: Option<Held>) -> Result<(), Failure> {
        let choice = self.looked_at(id, held).await?;
        let (stopper, stop) = stop();
        let busy = {
            let mut state = self.state();
            let preparing = Preparing {
                model: choice.model.clone(),
                name: choice.name.clone(),
                stopper,
            };
            if let Some(ahead) = state.ahead.take() {
                ahead.stop();
            }
            if let Some(earlier) = state.preparing.replace(preparing) {
                earlier.stopper.stop();
            }
            !state.live.is_empty()
        };
        if !busy {
            let settings = Settings {
                context: choice.held.context,
                cache: choice.held.cache,
                ..Settings::of_r1(fresh_seed())
            };
            let prepared = self
                .inner
                .room
                .prepare(&choice.model, &settings, stop.clone());
            let prepared = prepared.await;
            if prepared.is_err() {
                self.state().prepared(&stop);
            }
            if !prepared? {
                return Ok(());
            }
        }
        self.keep_choice(choice, Some(stop)).await
    }

    /// Chooses the model that answers from now on and leaves loading it to the reply that is asked of
    /// it next, which tells of it.
    pub(crate) async fn take_model(&self, id: &str) -> Result<(), Failure> {
        let choice = self.looked_at(id, None).await?;
        {
            let mut state = self.state();
            if let Some(ahead) = state.ahead.take() {
                ahead.stop();
            }
            if let Some(earlier) = state.preparing.take() {
                earlier.stopper.stop();
            }
        }
        self.keep_choice(choice, None).await
    }

    /// A model whose file was checked, and which fits.
    async fn looked_at(&self, id: &str, held: Option<Held>) -> Result<Choice, Failure> {
        let model = Model::parse(id);
        let held = {
            let state = self.state();
            let before = state.wishes.held.get(&model.to_string()).copied();
            held.or(before).unwrap_or_default()
        };
        let given_back = self.inner.room.held_bytes();
        let (_, never) = stop();
        let outfit = self.inner.room.outfit().clone();
        blocking(move || {
            let wish = Wish {
                given_back,
                context: held.context,
                cache: held.cache,
                processor: false,
            };
            let found = preflight(&model, wish, None, &outfit, &never)?;
            if found.plan.verdict == Verdict::TooBig {
                return Err(found.too_big());
            }
            let row = row_of_model(&model, &found);
            Ok(Choice {
                model,
                held,
                name: found.name,
                row,
            })
        })
        .await
    }

    /// Makes a choice the one that answers, tells it and keeps it. `prepared`: with which its load can be
    /// stopped.
    async fn keep_choice(&self, choice: Choice, prepared: Option<Stop>) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let Choice {
                model, held, row, ..
            } = choice;
            let files = {
                let mut state = app.state();
                if let Some(stop) = prepared {
                    state.prepared(&stop);
                }
                state.model = model.clone();
                state.wishes.held.insert(model.to_string(), held);
                // Sprout is there always.
                if let Some(row) = row {
                    if let Some(stranger) = row.stranger {
                        state.notice(no_r1(&row.name, stranger));
                    }
                    put_first(&mut state.models, row);
                }
                let (models, id) = (state.models.clone(), model.to_string());
                state.app_watchers.tell(&AppEvent::Model(models, id));
                state.tell_manner();
                files(&state.models)
            };
            chats.set_setting(key::MODEL, &model.to_string())?;
            let text = app.state().wishes.text();
            chats.set_setting(key::HELD, &text)?;
            Ok(chats.set_setting(key::FILES, &list(&files))?)
        })
        .await
    }

    /// Puts a model that came into the list, without choosing it.
    pub(crate) async fn list_model(&self, path: PathBuf) -> Result<(), Failure> {
        let home = self.inner.room.outfit().home.clone();
        // First: nobody who wants something of the chats waits for the models' disk.
        let row = blocking(move || {
            Ok(ModelRow {
                name: name_of_file(&home, &path),
                ..row_of_file(&path)
            })
        })
        .await?;
        self.at_the_gate(move |app, chats| {
            let files = {
                let mut state = app.state();
                put_first(&mut state.models, row);
                let (models, id) = (state.models.clone(), state.model.to_string());
                let files = files(&models);
                state.app_watchers.tell(&AppEvent::Model(models, id));
                files
            };
            Ok(chats.set_setting(key::FILES, &list(&files))?)
        })
        .await
    }

    /// Takes files out of the list.
    pub(crate) async fn forget_files(&self, gone: Vec<String>) -> Result<(), Failure> {
        self.at_the_gate(move |app, chats| {
            let files = {
                let mut state = app.state();
                state.models.retain(|row| !gone.contains(&row.id));
                let (models, id) = (state.models.clone(), state.model.to_string());
                let files = files(&models);
                state.app_watchers.tell(&AppEvent::Model(models, id));
                files
            };
            Ok(chats.set_setting(key::FILES, &list(&files))?)
        })
        .await
    }

    /// Looks now and then whether the files of the list are still there, so that one that is gone is
    /// seen before it is asked something.
    pub(crate) fn watch_files(&self) {
        self.now_and_then(LOOK, |app| async move {
            let looked = blocking(move || {
                app.look_at_files();
                Ok(())
            });
            let _ = looked.await;
        });
    }

    fn look_at_files(&self) {
        let before = self.state().models.clone();
        let mut now = before.clone();
        for row in now.iter_mut().filter(|row| row.id != SPROUT) {
            let found = row_of_file(Path::new(&row.id));
            // What is known of a file that stays is more than its name and size.
            if (found.bytes == 0) != (row.bytes == 0) {
                *row = ModelRow {
                    name: row.name.clone(),
                    stranger: row.stranger,
                    ..found
                };
            }
        }
        let mut state = self.state();
        if now != before && state.models == before {
            state.models.clone_from(&now);
            let id = state.model.to_string();
            state.app_watchers.tell(&AppEvent::Model(now, id));
        }
    }

    /// [`App::choose_model`] for a file that a person opened Spud with; what fails is told as a
    /// notice.
    pub async fn open_model(&self, path: &str) {
        if let Err(failure) = self.choose_model(path, None).await {
            self.state().notice(failure);
        }
    }
}

/// The choice and the list that the last session left. A file that is gone stays in the list: it
/// may be on a disk that is not plugged in.
pub(crate) fn remembered(chats: &Chats) -> Result<(Model, Vec<ModelRow>), Failure> {
    let model = chats
        .setting(key::MODEL)?
        .map_or(Model::Sprout, |id| Model::parse(&id));
    let files = chats.setting(key::FILES)?.unwrap_or_default();
    // Only we write it; whoever edits it by hand and errs loses a list of recent files.
    let files: Vec<Listed> = serde_json::from_str(&files).unwrap_or_default();
    let mut models = vec![sprout()];
    models.extend(files.into_iter().map(Listed::row));
    Ok((model, models))
}

/// A file of the list as it is kept: with the name that its header gave it, so that one model has one
/// name in every session and below every reply, also while its file is away.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Listed {
    Named {
        path: String,
        name: String,
        #[serde(default)]
        stranger: bool,
        #[serde(default)]
        kin: Option<Kin>,
    },
    /// As an older Spud wrote it.
    Bare(String),
}

impl Listed {
    fn row(self) -> ModelRow {
        match self {
            Self::Named {
                path,
                name,
                stranger,
                kin,
            } => ModelRow {
                name,
                stranger: stranger.then_some(Stranger { kin }),
                ..row_of_file(Path::new(&path))
            },
            Self::Bare(path) => row_of_file(Path::new(&path)),
        }
    }
}

fn sprout() -> ModelRow {
    let bytes = Model::Sprout.path().map_or(0, |path| size(&path));
    ModelRow {
        id: SPROUT.to_owned(),
        name: "Sprout".to_owned(),
        about: AboutModel::Sprout,
        bytes,
        stranger: None,
    }
}

/// A row for a file that was not read: its name and its size.
fn row_of_file(path: &Path) -> ModelRow {
    let name = stem(path);
    let bytes = size(path);
    let about = if bytes == 0 {
        AboutModel::Gone
    } else {
        AboutModel::Unread
    };
    ModelRow {
        id: path.display().to_string(),
        name,
        about,
        bytes,
        stranger: None,
    }
}

fn size(path: &Path) -> u64 {
    assert_unlocked();
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// The row of a file that was chosen; none for Sprout, which has one.
fn row_of_model(model: &Model, found: &Preflight) -> Option<ModelRow> {
    let Model::File(path) = model else {
        return None;
    };
    let about = AboutModel::Planned {
        context: found.plan.context,
        needed_bytes: found.plan.needed_bytes(),
    };
    Some(ModelRow {
        name: found.name.clone(),
        about,
        bytes: found.anatomy().weights_bytes(),
        stranger: found.stranger,
        ..row_of_file(path)
    })
}

/// Puts a file right behind Sprout.
fn put_first(models: &mut Vec<ModelRow>, row: ModelRow) {
    models.retain(|known| known.id != row.id);
    models.insert(1.min(models.len()), row);
    models.truncate(1 + FILES_KEPT);
}

/// The files of the list, in its order.
fn files(models: &[ModelRow]) -> Vec<Listed> {
    let files = models.iter().filter(|row| row.id != SPROUT);
    let listed = |row: &ModelRow| Listed::Named {
        path: row.id.clone(),
        name: row.name.clone(),
        stranger: row.stranger.is_some(),
        kin: row.stranger.and_then(|stranger| stranger.kin),
    };
    files.map(listed).collect()
}

fn list(files: &[Listed]) -> String {
    serde_json::to_string(files).expect("BUG: a list of text is JSON")
}

/// The name by which a reply is signed.
pub(crate) fn name_of(models: &[ModelRow], model: &Model) -> String {
    let id = model.to_string();
    match models.iter().find(|row| row.id == id) {
        Some(row) => row.name.clone(),
        None => stem(Path::new(&id)),
    }
}
