//! Models that other programs hold on this machine: found and told, never written to.
//!
//! Layouts (checked against the programs' own sources and documentation, 2026): Ollama keeps
//! `manifests/<registry>/<namespace>/<name>/<tag>`, JSON whose layer of type
//! `application/vnd.ollama.image.model` names the blob `blobs/sha256-<hex>`; LM Studio
//! `<publisher>/<repository>/*.gguf`; the Hugging Face cache, and llama.cpp's since 2026,
//! `models--<owner>--<repository>/snapshots/<revision>/<file>`, a link into `blobs`. Not here: which
//! of them Spud can run (`gguf`, `fit`).

use std::fmt;
use std::path::{Path, PathBuf};

use fit::catalogue::Sha256;
use serde::Deserialize;

/// The most entries that are looked at below one folder: a link in a circle must end.
const ENTRIES: usize = 20_000;

/// Bytes of a manifest of Ollama's; theirs have under 2 KiB.
const MANIFEST_BYTES: u64 = 1 << 20;

/// The layer of a manifest that is the model.
const MODEL_LAYER: &str = "application/vnd.ollama.image.model";

/// Another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// Hugging Face's cache, which several programs share.
    HuggingFace,
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::HuggingFace => "Hugging Face's cache",
        })
    }
}

/// A model's file that another program holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// What opens it.
    pub path: PathBuf,
    /// What the program calls it.
    pub name: String,
    /// Bytes of it.
    pub bytes: u64,
    /// The hash that it is filed under; none where the program keeps none.
    pub sha256: Option<Sha256>,
    /// Whose it is.
    pub holder: Holder,
}

/// Folders in which programs keep models.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots(pub Vec<(Holder, PathBuf)>);

impl Roots {
    /// Where they are by custom below a user's folder.
    pub fn below(user: &Path) -> Self {
        Self(vec![
            (Holder::Ollama, user.join(".ollama/models")),
            (Holder::LmStudio, user.join(".lmstudio/models")),
            (Holder::LmStudio, user.join(".cache/lm-studio/models")),
            (Holder::HuggingFace, user.join(".cache/huggingface/hub")),
        ])
    }

    /// The same, and where the programs' own variables and a system's service put them.
    pub fn of(user: &Path, variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Self {
        let mut roots = Self::below(user).0;
        let named = |name: &str| variable(name).map(PathBuf::from);
        let hub = named("HF_HUB_CACHE").or_else(|| Some(named("HF_HOME")?.join("hub")));
        let service = PathBuf::from("/usr/share/ollama/.ollama/models");
        roots.extend(named("OLLAMA_MODELS").map(|path| (Holder::Ollama, path)));
        roots.extend(hub.map(|path| (Holder::HuggingFace, path)));
        roots.push((Holder::Ollama, service));
        Self(roots)
    }
}

/// Everything that other programs hold, each file once, by its path.
pub fn finds(roots: &Roots) -> Vec<Find> {
    let mut found: Vec<Find> = Vec::new();
    for (holder, root) in &roots.0 {
        found.extend(match holder {
            Holder::Ollama => of_ollama(root),
            Holder::LmStudio => of_lm_studio(root),
            Holder::HuggingFace => of_hugging_face(root),
        });
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found.dedup_by(|one, other| one.path == other.path);
    found
}

/// A manifest of Ollama's.
#[derive(Debug, Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
struct Layer {
    #[serde(rename = "mediaType")]
    media_type: String,
    digest: String,
    size: u64,
}

fn of_ollama(root: &Path) -> Vec<Find> {
    let manifests = root.join("manifests");
    let found = files_below(&manifests, 5).into_iter().filter_map(|path| {
        if std::fs::metadata(&path).ok()?.len() > MANIFEST_BYTES {
            return None;
        }
        let manifest: Manifest = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
        let mut layers = manifest.layers.into_iter();
        let model = layers.find(|layer| layer.media_type == MODEL_LAYER)?;
        // Only a hash becomes a part of a path, whatever the manifest says.
        let sha256 = Sha256::from_hex(model.digest.strip_prefix("sha256:")?)?;
        let blob = root.join("blobs").join(format!("sha256-{sha256}"));
        let bytes = size(&blob)?;
        let mut parts = path.iter().rev().map(|part| part.to_string_lossy());
        let (tag, name) = (parts.next()?, parts.next()?);
        (bytes == model.size).then(|| Find {
            name: format!("{name}:{tag}"),
            path: blob,
            bytes,
            sha256: Some(sha256),
            holder: Holder::Ollama,
        })
    });
    found.collect()
}

fn of_lm_studio(root: &Path) -> Vec<Find> {
    let found = files_below(root, 3).into_iter().filter_map(|path| {
        gguf(&path).then_some(())?;
        Some(Find {
            name: stem(&path),
            bytes: size(&path)?,
            sha256: None,
            holder: Holder::LmStudio,
            path,
        })
    });
    found.collect()
}

fn of_hugging_face(root: &Path) -> Vec<Find> {
    let repositories = entries(root).into_iter().filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("models--")
    });
    let files = repositories.flat_map(|repository| files_below(&repository.join("snapshots"), 3));
    let found = files.filter_map(|path| {
        gguf(&path).then_some(())?;
        // The blob's name is the hash of a large file, and something else of a small one.
        let blob = std::fs::read_link(&path).ok();
        let hash = blob.as_deref().and_then(Path::file_name);
        Some(Find {
            name: stem(&path),
            bytes: size(&path)?,
            sha256: hash.and_then(|hash| Sha256::from_hex(hash.to_str()?)),
            holder: Holder::HuggingFace,
            path,
        })
    });
    found.collect()
}

/// Files (and links to files) at most so many folders down.
fn files_below(root: &Path, depth: usize) -> Vec<PathBuf> {
    let (mut files, mut folders, mut left) = (Vec::new(), vec![(root.to_owned(), depth)], ENTRIES);
    while let Some((folder, depth)) = folders.pop() {
        for path in entries(&folder) {
            if left == 0 {
                return files;
            }
            left -= 1;
            // A link to a folder is not followed: it is somebody's way to somewhere else.
            let kind = std::fs::symlink_metadata(&path).map(|known| known.file_type());
            match kind {
                Ok(kind) if kind.is_dir() && depth > 0 => folders.push((path, depth - 1)),
                Ok(kind) if kind.is_file() || (kind.is_symlink() && path.is_file()) => {
                    files.push(path);
                }
                _ => {}
            }
        }
    }
    files
}

/// What is in a folder, sorted; nothing where it cannot be read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = read.take(ENTRIES).map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn gguf(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("gguf")
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

fn size(path: &Path) -> Option<u64> {
    let known = std::fs::metadata(path).ok()?;
    known.is_file().then_some(known.len())
}
