//! The catalogue: every member of R1's family, the files that hold it, and what is known of each.
//!
//! Data in `models.toml`, shipped inside the programs; a file of the user's adds to it. Here are the
//! checked forms; `raw` reads the text, `check` refuses what breaks a rule, `estimate` tells where in a
//! file the bytes are before there is a header to ask. Not here: getting a file (`library`), what a
//! header says (`gguf`, whose word counts once the file is there).

mod check;
mod estimate;
mod raw;

use gguf::{Attention, Geometry, Weights};

pub use check::CatalogueError;

/// The catalogue that is shipped.
const BUILT_IN: &str = include_str!("../../../models.toml");

/// All known models, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// The models; ids are unique.
    pub models: Vec<Member>,
}

/// One member of the family.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its id, such as `r1-distill-qwen-1.5b`.
    pub id: String,
    /// What it truly is: "Qwen 1.5B, distilled from R1".
    pub name: String,
    /// The same for a table.
    pub short: String,
    /// The makers' own name.
    pub made_as: String,
    /// The makers' repository.
    pub repo: String,
    /// Where it comes from, in plain words.
    pub lineage: String,
    /// Values in all tensors.
    pub parameters: u64,
    /// Those that one token uses.
    pub active_parameters: u64,
    /// Licence of the model.
    pub licence: String,
    /// The model that it was made from.
    pub base: String,
    /// Licence of that.
    pub base_licence: String,
    /// How its prompts open the thinking.
    pub template: TemplateKind,
    /// What the makers advise.
    pub sampling: Sampling,
    /// Percent on benchmarks.
    pub benchmarks: Benchmarks,
    /// Its files, the smallest first; at least one.
    pub files: Vec<File>,
    shape: Geometry,
    /// What files from before MLA cache instead: key-value heads, key and value length.
    unpacked: Option<Unpacked>,
    query_lora: u32,
}

/// How a prompt opens the thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateKind {
    /// The prompt ends with an open `<think>`.
    R1Distill,
    /// The model writes `<think>` itself.
    R1_0528,
}

/// What the makers advise for sampling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Temperature.
    pub temperature: f64,
    /// Top-p.
    pub top_p: f64,
    /// Tokens of the longest reply.
    pub max_tokens: u32,
    /// Whether a system prompt is fine; else instructions belong into the question.
    pub system_prompt: bool,
}

/// Percent on benchmarks, as their source publishes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmarks {
    /// GPQA diamond, the one that is known for all.
    pub gpqa_diamond: f64,
    /// The others that are known, by name.
    pub others: Vec<(&'static str, f64)>,
    /// Where the figures are from.
    pub source: String,
}

/// One quantisation of a model: a file, or a split set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The quantisation, as in the file's name: `Q4_K_M`.
    pub quant: String,
    /// The publisher's repository on the hub.
    pub repo: String,
    /// The commit; none where `main` is read and the hash decides.
    pub revision: Option<String>,
    /// Path of each part in the repository, in order.
    pub parts: Vec<Part>,
    /// Size of the whole.
    pub size: Size,
    /// The commit on modelscope.cn that carries the same bytes.
    pub modelscope_revision: Option<String>,
    /// Made before llama.cpp learned MLA, so that it caches every head in full.
    pub unpacked_cache: bool,
    /// The one to take first.
    pub default: bool,
}

/// One file of a set, or the only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Path in the repository.
    pub path: String,
    /// SHA-256 in hex; none where it is read from the hub before a download.
    pub sha256: Option<String>,
}

/// How many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Exactly.
    Exact(u64),
    /// To the digits that were published; the exact number is read from the hub before a download.
    About(u64),
}

impl Size {
    /// The number, exact or not.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Exact(bytes) | Self::About(bytes) => bytes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unpacked {
    kv_heads: u32,
    head_dim_k: u32,
    head_dim_v: u32,
}

impl Catalogue {
    /// The catalogue that is shipped.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("BUG: a test reads models.toml")
    }

    /// Reads a catalogue, and says on which line and why where it cannot be one.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        check::parse(text)
    }

    /// This catalogue with the models of another added, and those of the same id replaced.
    #[must_use]
    pub fn extended_by(mut self, other: Self) -> Self {
        for model in other.models {
            match self.models.iter_mut().find(|known| known.id == model.id) {
                Some(known) => *known = model,
                None => self.models.push(model),
            }
        }
        self
    }

    /// The model of this id.
    pub fn model(&self, id: &str) -> Option<&Member> {
        self.models.iter().find(|model| model.id == id)
    }
}

impl Member {
    /// The shape that the header of this file will tell.
    pub fn geometry(&self, file: &File) -> Geometry {
        let mut shape = self.shape.clone();
        if let (true, Some(unpacked)) = (file.unpacked_cache, self.unpacked) {
            shape.attention = Attention::Gqa;
            shape.kv_heads = unpacked.kv_heads;
            shape.head_dim_k = unpacked.head_dim_k;
            shape.head_dim_v = unpacked.head_dim_v;
        }
        shape
    }

    /// Where in this file the bytes are, to within a few percent.
    pub fn weights(&self, file: &File) -> Weights {
        estimate::weights(&self.shape, self.query_lora, self.parameters, file)
    }

    /// The file to take first.
    pub fn default_file(&self) -> &File {
        let default = self.files.iter().find(|file| file.default);
        default.unwrap_or(&self.files[0])
    }

    /// The file of this quantisation, in whatever case it was typed.
    pub fn file(&self, quant: &str) -> Option<&File> {
        self.files
            .iter()
            .find(|file| file.quant.eq_ignore_ascii_case(quant))
    }
}

impl File {
    /// The page of the publisher's repository, for a person.
    pub fn page(&self) -> String {
        format!("https://huggingface.co/{}", self.repo)
    }

    /// The name of the file that is opened: the only one, or the first of the set.
    pub fn name(&self) -> &str {
        let path = &self.parts[0].path;
        path.rsplit('/').next().unwrap_or(path)
    }
}
