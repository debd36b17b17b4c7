//! What a person set about the product itself: how it looks, what it computes with, how long it keeps
//! things. What belongs to a model or a chat is kept with those (`picking`, `manner`), what belongs to
//! the network in `network`.
//!
//! A file of its own and not the chats': a terminal that opens no chats computes by it too. It is read
//! where it is needed, so that a change counts from then on in every program. A value that cannot be
//! read counts as if it had not been set; nobody overwrites it in silence.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::events::AppEvent;
use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::open::{App, blocking};
use crate::values::Values;
use crate::written::keep;

const FILE: &str = "settings.json";

/// What was set. What is left at its default is not written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preferences {
    /// The tag of a language of the page; empty follows the system.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Light or dark.
    #[serde(skip_serializing_if = "is_usual")]
    pub theme: Theme,
    /// Size of text in percent of the usual.
    #[serde(skip_serializing_if = "is_usual_text")]
    pub text_percent: u32,
    /// How wide a line of a conversation may be.
    #[serde(skip_serializing_if = "is_usual")]
    pub width: Width,
    /// The list of chats is hidden where there is room for it.
    #[serde(skip_serializing_if = "is_usual")]
    pub list_folded: bool,
    /// Threads that compute; by the machine's cores where none are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// What computes.
    #[serde(skip_serializing_if = "is_usual")]
    pub device: Device,
    /// Minutes without a reply after which the model leaves the memory; 0 never.
    #[serde(skip_serializing_if = "is_usual_idle")]
    pub idle_minutes: u32,
    /// Fewer threads compute while a battery feeds the machine.
    #[serde(skip_serializing_if = "is_true")]
    pub gentle_on_battery: bool,
    /// Days after which deleted chats are erased; 0 never.
    #[serde(skip_serializing_if = "is_usual_trash")]
    pub trash_days: u32,
    /// Where models are; in the data folder where nothing is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<PathBuf>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How wide a line of a conversation may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// At most 85 characters.
    #[default]
    Comfortable,
    /// Half as wide again, for tables and code.
    Wide,
    /// All that the window has.
    Full,
}

/// What computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// Whatever the plan chooses.
    #[default]
    Best,
    /// The processor alone.
    Processor,
}

const TEXT_PERCENT: u32 = 100;
const IDLE_MINUTES: u32 = 15;
const TRASH_DAYS: u32 = 30;

/// More threads than this are taken for a mistake.
const MOST_THREADS: u32 = 1024;

impl Default for Preferences {
    fn default() -> Self {
        Self {
            language: String::new(),
            theme: Theme::default(),
            text_percent: TEXT_PERCENT,
            width: Width::default(),
            list_folded: false,
            threads: None,
            device: Device::default(),
            idle_minutes: IDLE_MINUTES,
            gentle_on_battery: true,
            trash_days: TRASH_DAYS,
            models: None,
        }
    }
}

impl Preferences {
    /// What was set in this home.
    pub fn of(home: &Home) -> Self {
        Self::in_folder(home.data())
    }

    pub(crate) fn in_folder(data: &Path) -> Self {
        Self::read(data).0
    }

    /// What was set, and the file that says so.
    fn read(data: &Path) -> (Self, Values) {
        let mut values = Values::of(&data.join(FILE));
        let usual = Self::default();
        let set = Self {
            language: values.or("language", usual.language),
            theme: values.or("theme", usual.theme),
            text_percent: values.or("text_percent", usual.text_percent),
            width: values.or("width", usual.width),
            list_folded: values.or("list_folded", usual.list_folded),
            threads: values.or("threads", usual.threads),
            device: values.or("device", usual.device),
            idle_minutes: values.or("idle_minutes", usual.idle_minutes),
            gentle_on_battery: values.or("gentle_on_battery", usual.gentle_on_battery),
            trash_days: values.or("trash_days", usual.trash_days),
            models: values.or("models", usual.models),
        };
        (set.sane(), values)
    }

    /// What of the file could not be read, for a person; a copy of it is kept aside then.
    pub fn unread(home: &Home) -> Option<Failure> {
        // What a newer Spud knows and this one does not is no fault of the file.
        let unread = Self::read(home.data()).1.unread(false)?;
        let (path, kept) = (unread.path.display().to_string(), unread.kept());
        let said = unread.said;
        let message = format!("`{path}` cannot be read whole ({said}), so the usual counts there");
        let hint = format!("Choose it again in the settings. The file is kept as `{kept}`.");
        let failure = Failure::new(Code::Storage, message).hint(hint);
        Some(
            failure
                .cause(Cause::SettingsUnread { path, kept })
                .detail(said),
        )
    }

    /// With every number where it makes sense, whoever edited the file by hand.
    fn sane(mut self) -> Self {
        self.text_percent = self.text_percent.clamp(75, 200);
        self.threads = self
            .threads
            .filter(|threads| (1..=MOST_THREADS).contains(threads));
        // A folder that is named by where a program happens to stand is another one each time.
        self.models = self.models.filter(|folder| folder.is_absolute());
        self
    }
}

impl App {
    /// What is set about the product.
    pub fn preferences(&self) -> Preferences {
        Preferences::of(&self.inner.room.outfit().home)
    }

    /// Sets it, for good, and tells everybody. A folder for models is made where it is not there.
    pub async fn set_preferences(&self, wanted: Preferences) -> Result<(), Failure> {
        let wanted = wanted.sane();
        let (home, kept) = (self.inner.room.outfit().home.clone(), wanted.clone());
        blocking(move || {
            if let Some(folder) = &kept.models {
                writable(folder)?;
            }
            Preferences::read(home.data()).1.make_way()?;
            keep(home.data(), FILE, &kept)
        })
        .await?;
        self.state()
            .app_watchers
            .tell(&AppEvent::Preferences(Box::new(wanted)));
        self.look_at_power().await;
        Ok(())
    }
}

/// Makes a folder where it is not there, and sees whether a file can be put into it.
fn writable(folder: &Path) -> Result<(), Failure> {
    fs_err::create_dir_all(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(drop)
        .map_err(|error| {
            let folder = folder.display();
            Failure::new(
                Code::Storage,
                format!("`{folder}` cannot hold models: {error}"),
            )
            .hint("Choose a folder that you may write to.")
            .cause(Cause::NoModelsFolder {
                path: folder.to_string(),
            })
            .detail(error)
        })
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_usual_text(percent: &u32) -> bool {
    *percent == TEXT_PERCENT
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_usual_idle(minutes: &u32) -> bool {
    *minutes == IDLE_MINUTES
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_usual_trash(days: &u32) -> bool {
    *days == TRASH_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_written_and_what_makes_no_sense_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        assert_eq!(
            Preferences::in_folder(folder.path()),
            Preferences::default()
        );
        let set = Preferences {
            theme: Theme::Dark,
            trash_days: 7,
            ..Preferences::default()
        };
        keep(folder.path(), FILE, &set).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "{\n  \"theme\": \"dark\",\n  \"trash_days\": 7\n}");
        assert_eq!(Preferences::in_folder(folder.path()), set);

        let odd = r#"{"text_percent": 9000, "threads": 0, "models": "here", "of_next_year": 1}"#;
        std::fs::write(&file, odd).unwrap();
        let mended = Preferences {
            text_percent: 200,
            ..Preferences::default()
        };
        assert_eq!(Preferences::in_folder(folder.path()), mended);
        std::fs::write(&file, "{").unwrap();
        assert_eq!(
            Preferences::in_folder(folder.path()),
            Preferences::default()
        );
    }

    /// One word that this version does not know cost every setting, and the next change wrote over it.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_value_that_cannot_be_read_costs_itself_alone_and_nothing_is_written_over_in_silence()
    {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let file = folder.path().join(FILE);
        let odd =
            r#"{"theme": "sepia", "language": "zh-Hans", "trash_days": -1, "text_percent": 120}"#;
        std::fs::write(&file, odd).unwrap();
        let app = App::open(&home).await.unwrap();
        let set = Preferences {
            language: "zh-Hans".to_owned(),
            text_percent: 120,
            ..Preferences::default()
        };
        assert_eq!(app.preferences(), set);
        let told = app.state().notices.clone();
        assert!(
            told.iter()
                .any(|told| told.message.contains("theme, trash_days")),
            "{told:?}"
        );
        app.set_preferences(Preferences {
            threads: Some(2),
            ..set
        })
        .await
        .unwrap();
        assert_eq!(app.preferences().language, "zh-Hans");
        let kept = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(kept("settings.unread.json"), odd);
        assert_eq!(Preferences::unread(&home), None);

        // So is a whole file, and what a newer Spud wrote.
        for (text, name) in [
            ("{", "settings.unread-2.json"),
            (r#"{"hue": 7}"#, "settings.unread-3.json"),
        ] {
            std::fs::write(&file, text).unwrap();
            app.set_preferences(Preferences::default()).await.unwrap();
            assert_eq!(kept(name), text);
        }
        app.close().await;
    }
}
