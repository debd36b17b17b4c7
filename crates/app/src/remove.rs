//! Taking a model off this machine: only what Spud itself brought, and only after it was told what
//! that is.

use std::path::PathBuf;

use fit::catalogue::{Member, Sha256};
use library::{Place, Record};

use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::model::SPROUT;
use crate::open::{App, blocking};
use crate::survey::{catalogue, lies};

/// What would be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// What the model is called.
    pub name: String,
    /// Files that are here.
    pub paths: Vec<PathBuf>,
    /// Bytes that are free then, halves of downloads included.
    pub bytes: u64,
    places: Vec<Place>,
    parts: Vec<Sha256>,
}

/// What is here of a model that Spud brought: in one quantisation, or in all.
pub fn removal(home: &Home, id: &str, quant: Option<&str>) -> Result<Removal, Failure> {
    let (catalogue, _) = catalogue(home);
    let missing = |message: String, cause| Failure::new(Code::ModelMissing, message).cause(cause);
    let Some(member) = catalogue.model(id) else {
        let cause = Cause::NotInCatalogue { id: id.to_owned() };
        return Err(missing(format!("the catalogue has no model `{id}`"), cause)
            .hint("`spud models` lists what it has. Your own files are yours to delete."));
    };
    if let Some(quant) = quant
        && member.file(quant).is_none()
    {
        let cause = Cause::NoQuant {
            id: id.to_owned(),
            quant: quant.to_owned(),
        };
        return Err(missing(
            format!("`{id}` has no quantisation `{quant}`"),
            cause,
        ));
    }
    let models = home.models();
    let mut removal = Removal {
        name: member.name.clone(),
        paths: Vec::new(),
        bytes: 0,
        places: Vec::new(),
        parts: Vec::new(),
    };
    for file in &member.files {
        if quant.is_some_and(|quant| file.quant.as_str() != quant) {
            continue;
        }
        for part in &file.parts {
            if let Some(sha256) = part.sha256
                && let Some(here) = library::begun(&models, &sha256)
            {
                removal.bytes = removal.bytes.saturating_add(here);
                removal.parts.push(sha256);
            }
            let Ok(place) = Place::new(&file.repo, &part.path) else {
                continue;
            };
            let path = place.within(&models);
            // What has no record was put there by somebody else.
            if let Ok(known) = std::fs::metadata(&path)
                && Record::of(&path).is_some()
            {
                removal.bytes = removal.bytes.saturating_add(known.len());
                removal.paths.push(path);
                removal.places.push(place);
            }
        }
    }
    if removal.places.is_empty() && removal.parts.is_empty() {
        return Err(nothing_of_ours(home, member));
    }
    Ok(removal)
}

/// Deletes it, and gives the bytes that are free for it.
pub fn remove(home: &Home, removal: &Removal) -> Result<u64, Failure> {
    let models = home.models();
    let failed = |error: std::io::Error| {
        Failure::new(Code::Storage, format!("not all was deleted: {error}"))
            .hint("Check the folder's rights; a download of it may be under way.")
            .cause(Cause::NotDeleted)
            .detail(error)
    };
    for part in &removal.parts {
        library::forget(&models, part).map_err(failed)?;
    }
    for place in &removal.places {
        library::discard(&models, place).map_err(failed)?;
    }
    Ok(removal.bytes)
}

impl App {
    /// [`removal`], for a window that asks first.
    pub async fn removal(&self, id: &str, quant: &str) -> Result<Removal, Failure> {
        let home = self.inner.room.outfit().home.clone();
        let (id, quant) = (id.to_owned(), quant.to_owned());
        blocking(move || removal(&home, &id, Some(&quant))).await
    }

    /// Deletes what [`App::removal`] told. Where it is the model that answers, Sprout does from now
    /// on.
    pub async fn remove_model(&self, id: &str, quant: &str) -> Result<(), Failure> {
        let removal = self.removal(id, quant).await?;
        let gone: Vec<String> = removal
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let chosen = self.state().model.to_string();
        if gone.contains(&chosen) {
            self.unload_model().await;
            self.choose_model(SPROUT, None).await?;
        }
        let home = self.inner.room.outfit().home.clone();
        blocking(move || remove(&home, &removal)).await?;
        self.forget_download(id, quant);
        self.forget_files(gone).await
    }
}

fn nothing_of_ours(home: &Home, member: &Member) -> Failure {
    let (models, finds) = (home.models(), home.finds());
    let mut files = member.files.iter();
    let there = files.find_map(|file| lies(&models, &finds, file));
    match there {
        None => {
            let message = format!("nothing of `{}` is on this machine", member.id);
            Failure::new(Code::ModelMissing, message).cause(Cause::NothingHere {
                id: member.id.clone(),
            })
        }
        Some((path, holder)) => {
            let whose = holder.map_or_else(|| "you".to_owned(), |holder| holder.to_string());
            let message = format!("`{}` was put there by {whose}", path.display());
            Failure::new(Code::ModelMissing, message)
                .hint("Spud deletes only what it downloaded itself.")
                .cause(Cause::NotOurs {
                    path: path.display().to_string(),
                })
        }
    }
}
