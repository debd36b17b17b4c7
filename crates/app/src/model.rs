//! A model as the user names it: Sprout, or a GGUF file; and what is known before it is loaded.

use std::fmt;
use std::path::{Path, PathBuf};

use engine::prompt::Template;
use fit::{Ask, KvType, Plan};
use gguf::Header;

use crate::failure::{Code, Failure, too_big};

/// How the built-in model is named in calls and on disk.
pub const SPROUT: &str = "sprout";

/// File name of the built-in model.
const SPROUT_FILE: &str = "sprout.gguf";

/// A model that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Model {
    /// The built-in practice model.
    Sprout,
    /// A GGUF file, or the first part of a split set.
    File(PathBuf),
}

impl Model {
    /// From what a person typed or the settings hold: `sprout`, or a path, which becomes absolute
    /// so that it means the same after a restart elsewhere.
    pub fn parse(id: &str) -> Self {
        if id == SPROUT {
            return Self::Sprout;
        }
        let path = match id.strip_prefix("~/").zip(directories::BaseDirs::new()) {
            Some((rest, user)) => user.home_dir().join(rest),
            None => PathBuf::from(id),
        };
        Self::File(std::path::absolute(&path).unwrap_or(path))
    }

    /// The file that holds it.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        match self {
            Self::File(path) => Ok(path.clone()),
            Self::Sprout => {
                let program = std::env::current_exe().unwrap_or_default();
                sprout_for(&program).ok_or_else(|| {
                    let message = format!("the built-in model `{SPROUT_FILE}` is missing");
                    Failure::new(Code::ModelMissing, message).hint(crate::failure::REINSTALL)
                })
            }
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sprout => out.write_str(SPROUT),
            Self::File(path) => path.display().fmt(out),
        }
    }
}

/// Sprout beside a program: in `../lib/spud` once installed, in the checkout's `sprout` while the
/// program lives in `target`.
fn sprout_for(program: &Path) -> Option<PathBuf> {
    let folder = program.parent()?;
    let installed = [
        folder.join(SPROUT_FILE),
        folder.join("../lib/spud").join(SPROUT_FILE),
    ];
    let checkout = folder
        .ancestors()
        .take(4)
        .map(|up| up.join("sprout").join(SPROUT_FILE));
    installed
        .into_iter()
        .chain(checkout)
        .find(|file| file.is_file())
}

/// What a model's file says and what it will take, known before anything is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Preflight {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it calls itself, else its file name.
    pub(crate) name: String,
    /// Size of its weights.
    pub(crate) weights_bytes: u64,
    /// The shape of its prompts.
    pub(crate) template: Template,
    /// Memory and context.
    pub(crate) plan: Plan,
    /// Threads that should compute this model on this machine.
    pub(crate) threads: u32,
}

/// Reads a model's header and plans its memory, of which some will be given back before it is
/// loaded. Reads from disk; takes milliseconds.
pub(crate) fn preflight(
    model: &Model,
    context: Option<u32>,
    given_back: u64,
) -> Result<Preflight, Failure> {
    let path = model.path()?;
    let header = Header::read_file(&path).map_err(|error| unreadable(&error))?;
    let geometry = header.geometry().map_err(|error| unreadable(&error))?;
    let mut machine = machine::look().map_err(|error| unknown_machine(&error))?;
    machine.available_bytes = machine.available_bytes.saturating_add(given_back);
    let ask = Ask {
        context,
        kv: KvType::F16,
    };
    let plan = fit::plan(&geometry, header.weights_bytes(), &machine, ask)
        .map_err(|error| too_big(&path, &error))?;
    // R1's own shape serves a file without a template: its makers used one for the whole family.
    let template = header
        .chat_template()
        .and_then(Template::recognise)
        .unwrap_or(Template::R1);
    let stem = || {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let name = header
        .name()
        .map(str::to_owned)
        .or_else(stem)
        .unwrap_or_default();
    Ok(Preflight {
        name,
        weights_bytes: header.weights_bytes(),
        template,
        plan,
        threads: machine.threads_for(header.weights_bytes()),
        path,
    })
}

pub(crate) fn unknown_machine(error: &machine::Unknown) -> Failure {
    Failure::new(Code::ModelUnsupported, error.to_string())
        .hint("Without that Spud cannot promise that a model fits.")
}

fn unreadable(error: &gguf::Error) -> Failure {
    let (code, hint) = match error {
        gguf::Error::Missing { .. } => (
            Code::ModelMissing,
            "Check the path, or choose another model.",
        ),
        gguf::Error::Truncated { .. } => (
            Code::ModelBroken,
            "The download did not end: get the file again.",
        ),
        gguf::Error::Unsupported { .. } => (
            Code::ModelUnsupported,
            "Spud runs DeepSeek-R1 and the models distilled from it.",
        ),
        _ => (
            Code::ModelBroken,
            "Choose a model in GGUF form, or get this one again.",
        ),
    };
    Failure::new(code, error.to_string()).hint(hint)
}
