//! A person's own files made known to Spud: where they are, or copied into the models folder.

use std::path::{Path, PathBuf};

use fit::bytes::total;
use fit::catalogue::{Catalogue, Sha256};
use gguf::Header;
use library::{Place, Record};

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::naming::name_of;
use crate::open::{App, blocking};
use crate::stop::Stop;
use crate::survey::catalogue;

/// The repository under which copies lie that the catalogue does not know.
const OWN: &str = "own/models";

/// A model that is known from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What opens it.
    pub path: PathBuf,
    /// What it is called.
    pub name: String,
    /// The model of the catalogue that it is, by its hash; only a copy is read for that.
    pub id: Option<String>,
}

/// Makes a file known, with all parts of its set; a copy is read, recognised by its hash, and
/// verified against what was read. `tell` hears bytes that are copied, and bytes of it all.
pub async fn import(
    home: &Home,
    path: &Path,
    copy: bool,
    stop: &Stop,
    tell: impl FnMut(u64, u64),
) -> Result<Imported, Failure> {
    let path = std::path::absolute(path).map_err(|error| disk(&error))?;
    let read = path.clone();
    let header = blocking(move || {
        let header = Header::read_file(&read).map_err(|error| Failure::from(&error))?;
        // What cannot be loaded is not copied, nor listed for somebody to try.
        header.runnable().map_err(|error| Failure::from(&error))?;
        Ok(header)
    })
    .await?;
    let mut imported = Imported {
        path: path.clone(),
        name: String::new(),
        id: None,
    };
    if copy {
        let files: Vec<PathBuf> = header.files().to_vec();
        (imported.path, imported.id) = copied(home, &files, stop, tell)?;
    }
    imported.name = name_of(&catalogue(home).0, &imported.path, &header);
    let app = App::open(home).await?;
    let listed = app.list_model(imported.path.clone()).await;
    app.close().await;
    listed.map(|()| imported)
}

/// Copies all parts, and gives the path of the first and the model that they are.
fn copied(
    home: &Home,
    files: &[PathBuf],
    stop: &Stop,
    mut tell: impl FnMut(u64, u64),
) -> Result<(PathBuf, Option<String>), Failure> {
    let models = home.models();
    let sizes = files.iter().map(|file| Ok(fs_err::metadata(file)?.len()));
    let sizes = sizes.collect::<std::io::Result<Vec<u64>>>();
    let all = total(sizes.map_err(|error| disk(&error))?);
    fs_err::create_dir_all(&models).map_err(|error| disk(&error))?;
    if let Some(short) = library::short_of(&models, all) {
        let (needed, free) = (
            fit::bytes::human(short.needed),
            fit::bytes::human(short.free),
        );
        let message = format!("`{}` needs {needed} free, {free} are", models.display());
        return Err(Failure::new(Code::DiskFull, message)
            .hint("Make room, or leave the file where it is: without --copy."));
    }
    let (catalogue, _) = catalogue(home);
    let mut first = None;
    let mut before = 0;
    for file in files {
        let unread = |error: std::io::Error| disk(&error);
        let mut copying = library::Copying::of(file, &models).map_err(unread)?;
        while let Some(done) = copying.step().map_err(unread)? {
            tell(done.saturating_add(before), all);
            if stop.is_asked() {
                let message = format!("the copy of `{}` was stopped", file.display());
                return Err(Failure::new(Code::Stopped, message));
            }
        }
        let record = copying.record();
        let known = known(&catalogue, &record);
        let place = match &known {
            Some((_, place)) => place.clone(),
            None => own_place(file)?,
        };
        let path = copying.publish(&place, &models).map_err(unread)?;
        before = record.bytes.saturating_add(before);
        first.get_or_insert((path, known.map(|(id, _)| id)));
    }
    first.ok_or_else(|| Failure::new(Code::ModelBroken, "the model has no files"))
}

/// The model whose part this is, and where that belongs.
fn known(catalogue: &Catalogue, record: &Record) -> Option<(String, Place)> {
    let same = |hash: Option<Sha256>| hash == Some(record.sha256);
    catalogue.models.iter().find_map(|member| {
        member.files.iter().find_map(|file| {
            let part = file.parts.iter().find(|part| same(part.sha256))?;
            let place = Place::new(&file.repo, &part.path).ok()?;
            Some((member.id.clone(), place))
        })
    })
}

/// The place of a file that nobody knows, under a name that is allowed everywhere.
fn own_place(file: &Path) -> Result<Place, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |char: char| char.is_ascii_alphanumeric() || "._-+".contains(char);
    let name = name.replace(|char| !allowed(char), "-");
    let name = name.trim_start_matches(['.', '-']);
    Place::new(OWN, name)
        .map_err(|error| Failure::new(Code::Storage, error.to_string()).hint("Rename the file."))
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::new(Code::Storage, error.to_string()).hint("Check the file's rights and its disk.")
}
