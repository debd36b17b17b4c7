//! What a header tells of its model.
//!
//! Not here: how it was read and checked (the module above).

use std::path::PathBuf;

use super::Header;
use crate::error::{Error, Named, shown};
use crate::file_type;
use crate::geometry::{Architecture, Geometry, KvType};
use crate::llama;
use crate::metadata::{TEMPLATE, TOKENIZER, TOKENIZER_PRE};
use crate::needs;
use crate::split::Split;
use crate::tokens::Tokens;
use crate::weights::{TypeShare, Weights};

impl Header {
    /// The family that the file names, if it is one that Spud runs.
    pub fn architecture(&self) -> Result<Architecture, Error> {
        const KEY: &str = "general.architecture";
        let name = self.metadata.text(KEY)?;
        let name = name.ok_or_else(|| self.metadata.broken(KEY, "is missing"))?;
        if let Some(architecture) = Architecture::named(name) {
            return Ok(architecture);
        }
        if llama::is_later(llama::ARCHITECTURES, name) {
            return Err(self.metadata.later(Named::Architecture, name));
        }
        Err(Error::Unsupported {
            file: self.file.clone(),
            architecture: shown(name.as_bytes()),
        })
    }

    /// What the model costs in memory, from its numbers.
    pub fn geometry(&self) -> Result<Geometry, Error> {
        Geometry::of(self.architecture()?, &self.metadata)
    }

    /// Whether the model can be loaded, the one answer for whoever fetches, plans, lists or loads it, of a
    /// header on a server as well: the same numbers of a model that the engine can build and ask. Every key is of the type that the
    /// engine reads, has a value that means something, and every tensor that the engine asks for is
    /// there in the shape that the numbers call for. What this passes can still be refused by the
    /// engine; what it does not is told here with its name. Of a split set all parts have to be here.
    pub fn runnable(&self) -> Result<Geometry, Error> {
        needs::check(self.architecture()?, &self.metadata)?;
        let geometry = self.geometry()?;
        needs::check_values(&geometry, &self.metadata)?;
        needs::check_vocabulary(&self.metadata)?;
        needs::check_tensors(&geometry, &self.metadata, &self.tensors)?;
        Ok(geometry)
    }

    /// Whether the engine can draft with the layer that predicts a further token: the file has one,
    /// of a family that it can do so with, and the layer is whole.
    pub fn predicts(&self) -> bool {
        let geometry = self.geometry();
        geometry.is_ok_and(|geometry| needs::predicts(&geometry, &self.metadata, &self.tensors))
    }

    /// What a token would take in the cache, had the file the lengths that latent attention needs.
    /// None for all but `deepseek2` files that lack them: those were made before llama.cpp learned
    /// it, and the engine caches every head of theirs in full ([`Geometry::cache_bytes_per_token`]).
    pub fn latent_cache_bytes_per_token(&self, kv: KvType) -> Option<u64> {
        self.geometry()
            .ok()?
            .latent_cache_bytes_per_token(&self.metadata, kv)
    }

    /// Bytes of all tensors, of all parts.
    pub fn weights_bytes(&self) -> u64 {
        self.tensors.bytes
    }

    /// The same by their place in the model.
    pub fn weights(&self) -> Weights {
        self.tensors.account.weights()
    }

    /// The types that the tensors are stored in, the one with most bytes first.
    pub fn mix(&self) -> Vec<TypeShare> {
        self.tensors.account.mix()
    }

    /// How many tensors there are, in all parts.
    pub fn tensor_count(&self) -> u64 {
        self.tensors.count
    }

    /// How many keys there are in the file, or in the first part.
    pub fn key_count(&self) -> u64 {
        self.metadata.count()
    }

    /// The version of GGUF, 2 or 3.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// What the file says it was quantised to as a whole, such as `Q4_K_M`. A label of its maker's:
    /// what the tensors are tells [`Header::mix`].
    pub fn file_type(&self) -> Option<&'static str> {
        let number = self.metadata.number("general.file_type").ok().flatten();
        file_type::name(number?)
    }

    /// The files of the model, in order; empty where bytes without a file were parsed.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The place in a split set, if the file is a part of one.
    pub fn split(&self) -> Option<Split> {
        self.split
    }

    /// The name that the file gives its model.
    pub fn name(&self) -> Option<&str> {
        self.metadata.text("general.name").ok().flatten()
    }

    /// The chat template inside the file, a Jinja program of at most
    /// [`TEMPLATE_BYTES`](crate::limits::TEMPLATE_BYTES).
    pub fn chat_template(&self) -> Option<&str> {
        self.metadata.text(TEMPLATE).ok().flatten()
    }

    /// The kind of tokenizer, `gpt2` for the whole R1 family.
    pub fn tokenizer(&self) -> Option<&str> {
        self.metadata.text(TOKENIZER).ok().flatten()
    }

    /// The rule by which a text is cut into words before it becomes tokens, such as
    /// `deepseek-r1-qwen`.
    pub fn tokenizer_pre(&self) -> Option<&str> {
        self.metadata.text(TOKENIZER_PRE).ok().flatten()
    }

    /// The token that begins a text, where the file names one that exists.
    pub fn bos(&self) -> Option<u32> {
        self.special("tokenizer.ggml.bos_token_id")
    }

    /// Whether [`Header::bos`] stands before every text: as the file says, else as llama.cpp has it for this kind of
    /// vocabulary (`llama-vocab.cpp`).
    pub fn adds_bos(&self) -> bool {
        let said = self.metadata.flag("tokenizer.ggml.add_bos_token");
        said.unwrap_or_else(|| {
            self.tokenizer() == Some("llama") || self.tokenizer_pre() == Some("llama-bpe")
        })
    }

    /// The name of the family, one that Spud knows or another.
    pub fn architecture_name(&self) -> Option<&str> {
        self.metadata.text("general.architecture").ok().flatten()
    }

    /// The token that ends a text, where the file names one that exists.
    pub fn eos(&self) -> Option<u32> {
        self.special("tokenizer.ggml.eos_token_id")
    }

    /// The id of the token with exactly this text, of whatever type it is.
    pub fn token_id(&self, text: &str) -> Option<u32> {
        self.metadata.tokens()?.find(text)
    }

    /// The text of a token, where it exists and is whole characters.
    pub fn token_text(&self, id: u32) -> Option<&str> {
        self.metadata.tokens()?.text(id)
    }

    /// llama.cpp passes over ids outside the vocabulary with a warning; so does this.
    fn special(&self, key: &str) -> Option<u32> {
        let tokens = self.metadata.tokens().map_or(0, Tokens::count);
        self.metadata
            .number(key)
            .ok()
            .flatten()
            .filter(|&id| id < tokens)
    }
}
