//! Which model answers: the list of those that were opened, and changing the choice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chats::Chats;
use fit::Verdict;

use crate::engine_room::{Settings, fresh_seed};
use crate::events::{AboutModel, AppEvent, ModelRow};
use crate::failure::Failure;
use crate::list::key;
use crate::model::{Model, Preflight, SPROUT, Wish, preflight};
use crate::open::{App, blocking};
use crate::picking::Held;
use crate::state::{Preparing, assert_unlocked};
use crate::stop::stop;

/// Between two looks at whether files are still there.
const LOOK: Duration = Duration::from_secs(5);

/// Of the files that were opened, the list keeps this many.
const FILES_KEPT: usize = 12;

impl App {
    /// Chooses the model that answers from now on: its file is checked and it is loaded, unless a
    /// reply is being written, which keeps the one it has. Where it fails, the choice stays what
    /// it was. A second choice ends the load of the first.
    /// `held` is kept for this model; without it, it is held as it was the last time.
    pub async fn choose_model(&self, id: &str, held: Option<Held>) -> Result<(), Failure> {
        let model = Model::parse(id);
        let held = {
            let state = self.state();
            let before = state.wishes.held.get(&model.to_string()).copied();
            held.or(before).unwrap_or_default()
        };
        let checked = model.clone();
        let given_back = self.inner.room.held_bytes();
        let (stopper, stop) = stop();
        let (outfit, heard) = (self.inner.room.outfit().clone(), stop.clone());
        let found = blocking(move || {
            let wish = Wish {
                given_back,
                context: held.context,
                cache: held.cache,
                processor: false,
            };
            let found = preflight(&checked, wish, None, &outfit, &heard)?;
            if found.plan.verdict == Verdict::TooBig {
                return Err(found.too_big());
            }
            let row = row_of_model(&checked, &found);
            Ok((found.name, row))
        });
        let (name, row) = found.await?;
        let busy = {
            let mut state = self.state();
            let preparing = Preparing {
                model: model.clone(),
                name,
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
                context: held.context,
                cache: held.cache,
                ..Settings::of_r1(fresh_seed())
            };
            let prepared = self.inner.room.prepare(&model, &settings, stop.clone());
            let prepared = prepared.await;
            if prepared.is_err() {
                self.state().prepared(&stop);
            }
            if !prepared? {
                return Ok(());
            }
        }
        self.at_the_gate(move |app, chats| {
            let files = {
                let mut state = app.state();
                state.prepared(&stop);
                state.model = model.clone();
                state.wishes.held.insert(model.to_string(), held);
                // Sprout is there always.
                if let Some(row) = row {
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

    /// Puts a model that came into the list, without choosing it; by its file's name where it has no
    /// better one.
    pub(crate) async fn list_model(
        &self,
        path: PathBuf,
        name: Option<String>,
    ) -> Result<(), Failure> {
        // First: nobody who wants something of the chats waits for the models' disk.
        let row = blocking(move || Ok(row_of_file(&path))).await?;
        let row = ModelRow {
            name: name.unwrap_or(row.name),
            ..row
        };
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
    let files: Vec<String> = serde_json::from_str(&files).unwrap_or_default();
    let mut models = vec![sprout()];
    models.extend(files.iter().map(|path| row_of_file(Path::new(path))));
    Ok((model, models))
}

fn sprout() -> ModelRow {
    let bytes = Model::Sprout.path().map_or(0, |path| size(&path));
    ModelRow {
        id: SPROUT.to_owned(),
        name: "Sprout".to_owned(),
        about: AboutModel::Sprout,
        bytes,
    }
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
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
fn files(models: &[ModelRow]) -> Vec<String> {
    let files = models.iter().filter(|row| row.id != SPROUT);
    files.map(|row| row.id.clone()).collect()
}

fn list(files: &[String]) -> String {
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
