//! Where Spud keeps what is the user's: one folder for data, by the custom of each system, or all
//! of it below `SPUD_HOME`.

use std::io;
use std::path::{Path, PathBuf};

use library::{Find, Roots};

use crate::failure::{Cause, Code, Failure};
use crate::preferences::Preferences;
use crate::state::assert_unlocked;

/// Replaces every folder that the product uses.
pub const HOME_VARIABLE: &str = "SPUD_HOME";

/// The folders of one user.
#[derive(Debug, Clone)]
pub struct Home {
    data: PathBuf,
    /// For what can be made again.
    cache: PathBuf,
    /// Where other programs keep their models.
    elsewhere: Roots,
}

impl Home {
    /// The folders that the environment and the system name. None is made.
    pub fn find() -> Result<Self, Failure> {
        if let Some(home) = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
            return Ok(Self::at(Path::new(&home)));
        }
        let folders = directories::ProjectDirs::from("", "", "spud");
        match folders.zip(directories::BaseDirs::new()) {
            Some((folders, base)) => Ok(Self {
                data: folders.data_dir().to_owned(),
                cache: folders.cache_dir().to_owned(),
                elsewhere: Roots::of(base.home_dir(), |name| std::env::var_os(name)),
            }),
            None => Err(
                Failure::new(Code::Storage, "this user has no home folder").hint(format!(
                    "Set {HOME_VARIABLE} to a folder that Spud may use."
                )),
            ),
        }
    }

    /// All folders below this one, those of other programs too.
    pub fn at(folder: &Path) -> Self {
        Self {
            data: folder.to_owned(),
            cache: folder.join("cache"),
            elsewhere: Roots::below(folder),
        }
    }

    /// Where models are: in the folder that is set, or in the one for data.
    pub fn models(&self) -> PathBuf {
        let set = Preferences::in_folder(&self.data).models;
        set.unwrap_or_else(|| self.data.join("models"))
    }

    /// What other programs hold. Takes milliseconds.
    pub(crate) fn finds(&self) -> Vec<Find> {
        assert_unlocked();
        library::finds(&self.elsewhere)
    }

    /// Where the engine keeps what it computed for chats.
    pub(crate) fn contexts(&self) -> PathBuf {
        self.cache.join("contexts")
    }

    /// What a person must know of the folders before anything is asked of them: that models are not
    /// where they should be, or that nothing can be kept which was computed. (That chats cannot be
    /// opened is told where they are.)
    pub(crate) fn troubles(&self) -> Vec<Failure> {
        let set = Preferences::in_folder(&self.data).models;
        let models = match &set {
            // Chosen, so it was there: a disk that is not plugged in is no folder to be made.
            Some(folder) if !folder.is_dir() => Err(io::ErrorKind::NotFound.into()),
            Some(folder) => writable(folder),
            None => writable(&self.data.join("models")),
        };
        let models = models.err().map(|error| {
            let path = self.models().display().to_string();
            let message = format!("`{path}` cannot hold models: {error}");
            Failure::new(Code::Storage, message)
                .hint("Plug its disk in, or choose another folder for models in the settings.")
                .cause(Cause::ModelsAway { path })
                .detail(error)
        });
        let cache = writable(&self.cache).err().map(|error| {
            let path = self.cache.display().to_string();
            let message = format!("`{path}` cannot be written: {error}");
            Failure::new(Code::Storage, message)
                .hint("Long chats are read anew at each start until it can be.")
                .cause(Cause::NoCache { path })
                .detail(error)
        });
        models.into_iter().chain(cache).collect()
    }

    /// Where chats and settings are.
    pub fn data(&self) -> &Path {
        &self.data
    }
}

/// Whether a file could be put into a folder; of one that is not there, into what it would be made in.
fn writable(folder: &Path) -> io::Result<()> {
    let mut above = folder.ancestors();
    let there = above.find(|folder| folder.symlink_metadata().is_ok());
    let there = there.unwrap_or(folder);
    if !there.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    tempfile::tempfile_in(there).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open::App;

    #[tokio::test(flavor = "multi_thread")]
    async fn folders_that_cannot_be_used_are_told_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        assert!(home.troubles().is_empty());
        std::fs::write(folder.path().join("models"), "a file").unwrap();
        std::fs::write(folder.path().join("cache"), "a file").unwrap();
        let told = |home: &Home| -> Vec<String> {
            let troubles = home.troubles().into_iter();
            troubles.map(|failure| failure.message).collect()
        };
        let both = told(&home);
        assert!(both[0].contains("cannot hold models"), "{both:?}");
        assert!(both[1].contains("cache` cannot be written"), "{both:?}");
        // Nothing of it keeps the product from opening.
        let app = App::open(&home).await.unwrap();
        assert_eq!(app.state().notices.len(), 2);
        app.close().await;
        let away = folder.path().join("not plugged in");
        let set = serde_json::json!({ "models": away });
        std::fs::write(folder.path().join("settings.json"), set.to_string()).unwrap();
        let both = told(&home);
        assert!(both[0].contains("not plugged in"), "{both:?}");
    }
}
