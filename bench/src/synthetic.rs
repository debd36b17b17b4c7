//! GGUF files of true shape with random weights, so that speed and memory can be measured where
//! no model can be downloaded. What such a model says is noise.
//!
//! The format is GGUF 3 (`gguf.md` of ggml); a split set is as llama.cpp's `gguf-split` writes one.
//! Not here: which tensors a family has (`family`).

mod family;
mod header;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fastrand::Rng;

use crate::words::Vocabulary;
pub use family::Model;
use family::Tensor;
use header::{Header, small, string};

/// Where tensors begin in the data, and where each one begins after the other.
const ALIGNMENT: u64 = 32;

/// Seed of the weights.
const SEED: u64 = 20_260;

impl Model {
    /// Everything but the tensors.
    fn header(&self) -> Header {
        let mut header = Header::default();
        self.describe(&mut header);
        header.text("tokenizer.ggml.model", "gpt2");
        header.text("tokenizer.ggml.pre", "deepseek-r1-qwen");
        let words = Vocabulary::of(usize::try_from(self.vocabulary).expect("BUG: small"));
        header.texts("tokenizer.ggml.tokens", &words.tokens);
        header.numbers("tokenizer.ggml.token_type", &words.kinds);
        header.texts("tokenizer.ggml.merges", &words.merges);
        header.number("tokenizer.ggml.bos_token_id", words.begin_id);
        header.number("tokenizer.ggml.eos_token_id", words.end_id);
        header.number("tokenizer.ggml.padding_token_id", words.end_id);
        header.flag("tokenizer.ggml.add_bos_token", true);
        header.flag("tokenizer.ggml.add_eos_token", false);
        header
    }

    /// Writes part `number` of the set, counted from 0; a model in one file is its only part.
    fn write(&self, number: usize, out: &mut impl Write) -> io::Result<()> {
        let tensors = self.tensors();
        let share = tensors.len().div_ceil(self.parts);
        let ours = tensors.chunks(share).nth(number).unwrap_or_default();
        let mut header = if number == 0 {
            self.header()
        } else {
            Header::default()
        };
        if self.parts > 1 {
            header.short("split.no", number);
            header.short("split.count", self.parts);
            header.count_of("split.tensors.count", tensors.len());
        }
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend((ours.len() as u64).to_le_bytes());
        bytes.extend(header.count.to_le_bytes());
        bytes.append(&mut header.bytes);
        let mut offset = 0_u64;
        for tensor in ours {
            string(&mut bytes, &tensor.name);
            bytes.extend(small(tensor.shape.len() as u64).to_le_bytes());
            for length in &tensor.shape {
                bytes.extend(length.to_le_bytes());
            }
            bytes.extend(tensor.quant.number().to_le_bytes());
            bytes.extend(offset.to_le_bytes());
            offset += tensor.bytes().next_multiple_of(ALIGNMENT);
        }
        bytes.resize(bytes.len().next_multiple_of(small(ALIGNMENT) as usize), 0);
        out.write_all(&bytes)?;
        fill(ours, number, out)?;
        out.flush()
    }

    /// The names of its files in a folder.
    fn files(&self, path: &Path) -> Vec<PathBuf> {
        if self.parts == 1 {
            return vec![path.to_owned()];
        }
        let stem = path.with_extension("");
        let stem = stem.display();
        (1..=self.parts)
            .map(|number| format!("{stem}-{number:05}-of-{:05}.gguf", self.parts).into())
            .collect()
    }
}

/// Random weights for all of these.
fn fill(tensors: &[Tensor], number: usize, out: &mut impl Write) -> io::Result<()> {
    let mut random = Rng::with_seed(SEED + number as u64);
    let mut piece = Vec::new();
    for tensor in tensors {
        let mut left = tensor.bytes();
        let whole = tensor.quant.block().1 * 4096;
        while left > 0 {
            let next = left.min(whole);
            piece.resize(usize::try_from(next).expect("BUG: a piece is small"), 0);
            tensor.quant.fill(&mut random, &mut piece);
            out.write_all(&piece)?;
            left -= next;
        }
        let padding = tensor.bytes().next_multiple_of(ALIGNMENT) - tensor.bytes();
        out.write_all(&vec![0; small(padding) as usize])?;
    }
    Ok(())
}

/// Writes a model to this path unless it is there, and gives the path to open: that of the first
/// part of a split set. Half a file is never left under its name.
pub fn at(path: &Path, model: &Model) -> io::Result<PathBuf> {
    let files = model.files(path);
    for (number, path) in files.iter().enumerate() {
        if path.exists() {
            continue;
        }
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let part = path.with_extension("part");
        let file = fs_err::File::create(&part)?;
        model.write(number, &mut BufWriter::with_capacity(1 << 20, file))?;
        fs_err::rename(&part, path)?;
    }
    Ok(files[0].clone())
}

/// Makes sure that a model is where commands keep it, and gives the path to open.
pub fn home(model: &Model) -> io::Result<PathBuf> {
    at(
        &crate::folder()?.join(format!("{}.gguf", model.name)),
        model,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each family in small is what our own reader takes, with the geometry that was meant.
    #[test]
    fn files_are_read_as_what_they_are() {
        let folder = std::env::temp_dir().join(format!("spud-bench-{}", std::process::id()));
        for model in Model::ALL {
            // Cache rows by the arithmetic of each kind, 16 bits a value.
            let (embedding, row) = match model.name {
                "deepseek2-64-experts-no-mla-q4_k_m" => (256, 16 * (192 + 128)),
                name if name.starts_with("deepseek2") => (256, 512 + 64),
                // Without a key for it, a head is its share of the embedding.
                _ => (model.embedding, 2 * model.kv_heads * 128),
            };
            let model = Model {
                layers: 2,
                embedding,
                feed_forward: 512,
                vocabulary: 512,
                ..model
            };
            let path = at(&folder.join("tiny.gguf"), &model).expect("a folder for temporary files");
            let header = gguf::Header::read_file(&path).expect("a GGUF file");
            fs_err::remove_dir_all(&folder).expect("it is ours");
            let name = model.name;
            assert_eq!(header.name(), Some(name));
            assert_eq!(header.files().len(), model.parts, "{name}");
            let geometry = header.runnable().expect("all that the engine needs");
            assert_eq!(u64::from(geometry.vocabulary), 512, "{name}");
            assert_eq!(u64::from(geometry.heads), model.heads, "{name}");
            let cache = geometry.cache_bytes_per_token(gguf::KvType::F16);
            assert_eq!(cache, model.layers * row * 2, "{name}");
            let experts = geometry
                .experts
                .map(|all| (all.count, all.used, all.shared));
            let mixed = name.starts_with("deepseek2").then_some((64, 8, 1));
            assert_eq!(experts, mixed, "{name}");
            let weights: u64 = model.tensors().iter().map(Tensor::bytes).sum();
            assert_eq!(header.weights_bytes(), weights, "{name}");
        }
    }

    /// The published `Q4_K_M` of this model has so many bytes (models-facts.toml), of which the
    /// vocabulary and the rest of the header take some six million. One layer with another type
    /// would be three and a half million more or less.
    #[test]
    fn the_weights_are_as_many_as_those_of_the_real_one() {
        const PUBLISHED: u64 = 1_117_320_800;
        let tensors = Model::QWEN2.tensors();
        let weights: u64 = tensors.iter().map(Tensor::bytes).sum();
        assert_eq!(tensors.len(), 339);
        let header = PUBLISHED - weights;
        assert!((5_000_000..7_000_000).contains(&header), "{header}");
    }
}
