//! A second look at models that are here: whether they still are what they should be.

use std::path::{Path, PathBuf};

use fit::catalogue::{Member, Sha256};
use gguf::Header;
use library::{Checked, Place, Record, check};

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::stop::Stop;
use crate::survey::{catalogue, lies};

/// What is told on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verifying {
    /// A file is read.
    Reading {
        /// Which.
        path: PathBuf,
        /// Bytes that are read.
        done: u64,
        /// Bytes of it.
        bytes: u64,
    },
    /// It was read.
    Looked(Looked),
}

/// What a second look at one file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The file.
    pub path: PathBuf,
    /// How it is.
    pub checked: Checked,
    /// The model whose file it is.
    pub id: Option<String>,
    /// Its quantisation, where Spud brought it and can fetch again what is damaged.
    pub quant: Option<String>,
}

/// A file to look at.
struct Target {
    path: PathBuf,
    expected: Option<Sha256>,
    id: Option<String>,
    quant: Option<String>,
    /// Whether a record may be written beside it.
    ours: bool,
}

/// Reads files through: those of a model of the catalogue, of a path, or all in the models folder.
/// Blocks for as long as the disk takes. True where none is damaged.
pub fn verify(
    home: &Home,
    what: Option<&str>,
    stop: &Stop,
    mut tell: impl FnMut(Verifying),
) -> Result<bool, Failure> {
    let mut all_well = true;
    for target in targets(home, what)? {
        let path = &target.path;
        let io = |error: std::io::Error| {
            Failure::new(Code::Storage, error.to_string())
                .hint("Check the file's rights and its disk.")
        };
        let bytes = fs_err::metadata(path).map_err(io)?.len();
        let looked = check(path, target.expected, target.ours, |done| {
            tell(Verifying::Reading {
                path: path.clone(),
                done,
                bytes,
            });
            !stop.is_asked()
        });
        let Some(checked) = looked.map_err(io)? else {
            let message = format!("the look at `{}` was stopped", path.display());
            return Err(Failure::new(Code::Stopped, message));
        };
        all_well &= !matches!(checked, Checked::Damaged(_));
        tell(Verifying::Looked(Looked {
            path: path.clone(),
            checked,
            id: target.id,
            // Without a record nothing tells what of it is damaged, or that Spud brought it.
            quant: target.quant.filter(|_| Record::of(path).is_some()),
        }));
    }
    Ok(all_well)
}

fn targets(home: &Home, what: Option<&str>) -> Result<Vec<Target>, Failure> {
    let (catalogue, _) = catalogue(home);
    let Some(what) = what else {
        let all = catalogue.models.iter();
        return Ok(all.flat_map(|member| of_member(home, member)).collect());
    };
    if let Some(member) = catalogue.model(what) {
        let found = of_member(home, member);
        if found.is_empty() {
            let message = format!("nothing of `{what}` is on this machine");
            return Err(Failure::new(Code::ModelMissing, message)
                .hint(format!("`spud pull {what}` fetches it.")));
        }
        return Ok(found);
    }
    let header = Header::read_file(Path::new(what)).map_err(|error| Failure::from(&error))?;
    let files = header.files().iter().map(|path| Target {
        path: path.clone(),
        expected: None,
        id: None,
        quant: None,
        ours: Record::of(path).is_some(),
    });
    Ok(files.collect())
}

/// Every part of a member that lies here, in whatever quantisation.
fn of_member(home: &Home, member: &Member) -> Vec<Target> {
    let (models, finds) = (home.models(), home.finds());
    let mut targets = Vec::new();
    for file in &member.files {
        let there = lies(&models, &finds, file);
        for part in &file.parts {
            let name = part.path.rsplit('/').next().unwrap_or_default();
            let pulled = Place::new(&file.repo, &part.path).ok();
            let pulled = pulled.map(|place| place.within(&models));
            let pulled = pulled.filter(|path| path.is_file());
            let other = there.as_ref().map(|(first, _)| {
                // A blob of Ollama's has no name to put another beside.
                if file.parts.len() == 1 {
                    first.clone()
                } else {
                    first.with_file_name(name)
                }
            });
            let ours = pulled.is_some();
            targets.extend(pulled.or(other).map(|path| Target {
                path,
                expected: part.sha256,
                id: Some(member.id.clone()),
                quant: Some(file.quant.to_string()),
                ours,
            }));
        }
    }
    targets
}
