//! Where Spud keeps what is the user's: one folder for data, by the custom of each system, or all
//! of it below `SPUD_HOME`.

use std::path::{Path, PathBuf};

use library::{Find, Roots};

use crate::failure::{Code, Failure};
use crate::preferences::Preferences;

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
        library::finds(&self.elsewhere)
    }

    /// Where the engine keeps what it computed for chats.
    pub(crate) fn contexts(&self) -> PathBuf {
        self.cache.join("contexts")
    }

    /// Where chats and settings are.
    pub fn data(&self) -> &Path {
        &self.data
    }
}
