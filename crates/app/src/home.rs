//! Where Spud keeps what is the user's: one folder for data, by the custom of each system, or all
//! of it below `SPUD_HOME`.

use std::path::{Path, PathBuf};

use crate::failure::{Code, Failure};

/// Replaces every folder that the product uses.
pub const HOME_VARIABLE: &str = "SPUD_HOME";

/// The folders of one user.
#[derive(Debug, Clone)]
pub struct Home {
    data: PathBuf,
}

impl Home {
    /// The folders that the environment and the system name. None is made.
    pub fn find() -> Result<Self, Failure> {
        if let Some(home) = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty()) {
            return Ok(Self::at(Path::new(&home)));
        }
        match directories::ProjectDirs::from("", "", "spud") {
            Some(folders) => Ok(Self {
                data: folders.data_dir().to_owned(),
            }),
            None => Err(
                Failure::new(Code::Storage, "this user has no home folder").hint(format!(
                    "Set {HOME_VARIABLE} to a folder that Spud may use."
                )),
            ),
        }
    }

    /// All folders below this one.
    pub fn at(folder: &Path) -> Self {
        Self {
            data: folder.to_owned(),
        }
    }

    /// Where models are.
    pub fn models(&self) -> PathBuf {
        self.data.join("models")
    }

    /// Where chats and settings are.
    pub fn data(&self) -> &Path {
        &self.data
    }
}
