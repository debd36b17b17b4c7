//! The catalogue: every member of R1's family, the files that hold it, and what is known of each.
//!
//! Data in `models.toml`, shipped inside the programs; a file of the user's adds to it. Here are the
//! checked forms; `raw` reads the text, `check` refuses what breaks a rule, `estimate` tells where in a
//! file the bytes are before there is a header to ask. Not here: getting a file (`library`), what a
//! header says (`gguf`, whose word counts once the file is there).

mod check;
mod estimate;
mod file;
mod raw;

use std::collections::BTreeMap;

use gguf::{Attention, Geometry, Weights};

use crate::forecast::Typical;

pub use check::CatalogueError;
pub use file::{File, HUB, MODELSCOPE, Part, Quant, Sha256, Size};

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
    /// What it is called, everywhere and in every language: "R1 Distill Qwen 1.5B".
    pub name: String,
    /// The makers' own name.
    pub made_as: String,
    /// The makers' repository.
    pub repo: String,
    /// Where it comes from, in plain words.
    pub lineage: String,
    /// What it is good for and what not, in one plain sentence, by language; `en` where there is any.
    pub good_for: BTreeMap<String, String>,
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
    /// How long its replies are, until its own replies here tell.
    pub reply: Typical,
    /// Its files, the smallest first; at least one.
    pub files: Vec<File>,
    shape: Shape,
}

/// What a model is inside, beyond what its newest files' header tells.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    geometry: Geometry,
    /// What files from before MLA cache instead.
    unpacked: Option<Unpacked>,
    /// Values in the compressed query of latent attention; 0 where it is not compressed.
    query_lora: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unpacked {
    kv_heads: u32,
    head_dim_k: u32,
    head_dim_v: u32,
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

impl Catalogue {
    /// The catalogue that is shipped.
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("BUG: a test reads models.toml")
    }

    /// Reads a catalogue, and says on which line and why where it cannot be one. Each model's files
    /// come out smallest first, in whatever order they were written.
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

    /// The model of which a file of this name holds the weights, as its publisher or, by its hash, Ollama
    /// named it; of a split set, any part.
    pub fn holding(&self, name: &str) -> Option<&Member> {
        let hash = name.strip_prefix("sha256-").and_then(Sha256::from_hex);
        let is_it = |part: &Part| {
            let published = part.path.rsplit('/').next() == Some(name);
            published || (hash.is_some() && part.sha256 == hash)
        };
        let has_it = |member: &&Member| {
            let mut parts = member.files.iter().flat_map(|file| &file.parts);
            parts.any(is_it)
        };
        self.models.iter().find(has_it)
    }

    /// The model of this id.
    pub fn model(&self, id: &str) -> Option<&Member> {
        self.models.iter().find(|model| model.id == id)
    }
}

impl Member {
    /// The shape that the header of this file will tell.
    pub fn geometry(&self, file: &File) -> Geometry {
        let mut geometry = self.shape.geometry.clone();
        if let (true, Some(unpacked)) = (file.unpacked_cache, self.shape.unpacked) {
            geometry.attention = Attention::Gqa;
            geometry.kv_heads = unpacked.kv_heads;
            geometry.head_dim_k = unpacked.head_dim_k;
            geometry.head_dim_v = unpacked.head_dim_v;
        }
        geometry
    }

    /// Where in this file the bytes are: the whole to within a percent, each place to within a few.
    pub fn weights(&self, file: &File) -> Weights {
        estimate::weights(&self.shape, self.parameters, file)
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
            .find(|file| file.quant.as_str().eq_ignore_ascii_case(quant))
    }
}
