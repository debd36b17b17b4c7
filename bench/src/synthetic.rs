//! GGUF files of true shape with random weights, so that speed and memory can be measured where
//! no model can be downloaded. What such a model says is noise.
//!
//! The format is GGUF 3 (`gguf.md` of ggml). Tensors of a `Q4_K_M` file get the types that
//! llama.cpp's quantizer gives them (`llama-quant.cpp`, `use_more_bits`).

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use fastrand::Rng;

use crate::quants::Quant;
use crate::words::{BEGIN_ID, END_ID, Vocabulary};

/// Where tensors begin in the data, and where each one begins after the other.
const ALIGNMENT: u64 = 32;

/// Seed of the weights.
const SEED: u64 = 20_260;

/// A model of the qwen2 architecture.
#[derive(Debug, Clone, Copy)]
pub struct Qwen2 {
    /// Its name.
    pub name: &'static str,
    layers: u64,
    embedding: u64,
    feed_forward: u64,
    heads: u64,
    kv_heads: u64,
    head: u64,
    vocabulary: u64,
    context: u32,
}

impl Qwen2 {
    /// DeepSeek-R1-Distill-Qwen-1.5B (its `config.json`).
    pub const R1_1_5B: Self = Self {
        name: "qwen2-1.5b-q4_k_m",
        layers: 28,
        embedding: 1536,
        feed_forward: 8960,
        heads: 12,
        kv_heads: 2,
        head: 128,
        vocabulary: 151_936,
        context: 131_072,
    };

    /// The tensors in the order of the file: name, row length first, type.
    fn tensors(&self) -> Vec<Tensor> {
        let tensor = |name: String, shape: &[u64], quant| Tensor {
            name,
            shape: shape.to_vec(),
            quant,
        };
        let (embedding, wide) = (self.embedding, self.feed_forward);
        let kv = self.kv_heads * self.head;
        let query = self.heads * self.head;
        let mut all = vec![
            tensor(
                "output.weight".into(),
                &[embedding, self.vocabulary],
                Quant::Q6K,
            ),
            tensor("output_norm.weight".into(), &[embedding], Quant::F32),
            tensor(
                "token_embd.weight".into(),
                &[embedding, self.vocabulary],
                Quant::Q4K,
            ),
        ];
        for layer in 0..self.layers {
            // An eighth at each end, and every third between.
            let eighth = self.layers / 8;
            let more = layer < eighth || layer >= 7 * self.layers / 8 || (layer - eighth) % 3 == 2;
            let finer = if more { Quant::Q6K } else { Quant::Q4K };
            let mut add = |name: &str, shape: &[u64], quant| {
                all.push(tensor(format!("blk.{layer}.{name}"), shape, quant));
            };
            add("attn_k.bias", &[kv], Quant::F32);
            add("attn_k.weight", &[embedding, kv], Quant::Q4K);
            add("attn_norm.weight", &[embedding], Quant::F32);
            add("attn_output.weight", &[query, embedding], Quant::Q4K);
            add("attn_q.bias", &[query], Quant::F32);
            add("attn_q.weight", &[embedding, query], Quant::Q4K);
            add("attn_v.bias", &[kv], Quant::F32);
            add("attn_v.weight", &[embedding, kv], finer);
            add("ffn_down.weight", &[wide, embedding], finer);
            add("ffn_gate.weight", &[embedding, wide], Quant::Q4K);
            add("ffn_norm.weight", &[embedding], Quant::F32);
            add("ffn_up.weight", &[embedding, wide], Quant::Q4K);
        }
        all
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let tensors = self.tensors();
        let mut header = Header::default();
        header.text("general.architecture", "qwen2");
        header.text("general.name", self.name);
        header.number("general.file_type", 15);
        header.number("general.quantization_version", 2);
        header.number("qwen2.block_count", small(self.layers));
        header.number("qwen2.context_length", self.context);
        header.number("qwen2.embedding_length", small(self.embedding));
        header.number("qwen2.feed_forward_length", small(self.feed_forward));
        header.number("qwen2.attention.head_count", small(self.heads));
        header.number("qwen2.attention.head_count_kv", small(self.kv_heads));
        header.float("qwen2.rope.freq_base", 10_000.0);
        header.float("qwen2.attention.layer_norm_rms_epsilon", 1e-6);
        header.text("tokenizer.ggml.model", "gpt2");
        header.text("tokenizer.ggml.pre", "deepseek-r1-qwen");
        let words = Vocabulary::of(usize::try_from(self.vocabulary).expect("BUG: small"));
        header.texts("tokenizer.ggml.tokens", &words.tokens);
        header.numbers("tokenizer.ggml.token_type", &words.kinds);
        header.texts("tokenizer.ggml.merges", &words.merges);
        header.number("tokenizer.ggml.bos_token_id", BEGIN_ID);
        header.number("tokenizer.ggml.eos_token_id", END_ID);
        header.number("tokenizer.ggml.padding_token_id", END_ID);
        header.flag("tokenizer.ggml.add_bos_token", true);
        header.flag("tokenizer.ggml.add_eos_token", false);

        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend((tensors.len() as u64).to_le_bytes());
        bytes.extend(header.count.to_le_bytes());
        bytes.append(&mut header.bytes);
        let mut offset = 0_u64;
        for tensor in &tensors {
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

        let mut random = Rng::with_seed(SEED);
        let mut piece = Vec::new();
        for tensor in &tensors {
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
        out.flush()
    }
}

struct Tensor {
    name: String,
    shape: Vec<u64>,
    quant: Quant,
}

impl Tensor {
    fn bytes(&self) -> u64 {
        self.quant.bytes(self.shape.iter().product())
    }
}

/// Writes a model to this path unless it is there, and gives the path back. Half a file is never
/// left under that name.
pub fn at(path: &Path, model: &Qwen2) -> io::Result<PathBuf> {
    if !path.exists() {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let part = path.with_extension("part");
        model.write(&mut BufWriter::with_capacity(
            1 << 20,
            fs_err::File::create(&part)?,
        ))?;
        fs_err::rename(&part, path)?;
    }
    Ok(path.to_owned())
}

/// Where commands keep this model.
pub fn home(model: &Qwen2) -> io::Result<PathBuf> {
    Ok(crate::folder()?.join(format!("{}.gguf", model.name)))
}

/// The metadata of a file, as its bytes.
#[derive(Default)]
struct Header {
    count: u64,
    bytes: Vec<u8>,
}

impl Header {
    /// Begins an entry; types of values are those of `enum gguf_metadata_value_type`.
    fn entry(&mut self, key: &str, kind: u32) {
        self.count += 1;
        string(&mut self.bytes, key);
        self.bytes.extend(kind.to_le_bytes());
    }

    fn number(&mut self, key: &str, value: u32) {
        self.entry(key, 4);
        self.bytes.extend(value.to_le_bytes());
    }

    fn float(&mut self, key: &str, value: f32) {
        self.entry(key, 6);
        self.bytes.extend(value.to_le_bytes());
    }

    fn flag(&mut self, key: &str, value: bool) {
        self.entry(key, 7);
        self.bytes.push(u8::from(value));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.entry(key, 8);
        string(&mut self.bytes, value);
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        self.list(key, 8, values.len());
        for value in values {
            string(&mut self.bytes, value);
        }
    }

    fn numbers(&mut self, key: &str, values: &[i32]) {
        self.list(key, 5, values.len());
        for value in values {
            self.bytes.extend(value.to_le_bytes());
        }
    }

    fn list(&mut self, key: &str, kind: u32, count: usize) {
        self.entry(key, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((count as u64).to_le_bytes());
    }
}

fn string(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("BUG: a count of a model fits 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tiny one is a file that our own reader takes, with the geometry that was meant.
    #[test]
    fn a_file_is_read_as_what_it_is() {
        let tiny = Qwen2 {
            name: "tiny",
            layers: 8,
            embedding: 256,
            feed_forward: 512,
            heads: 2,
            kv_heads: 1,
            head: 128,
            vocabulary: 151_936,
            context: 4096,
        };
        let mut bytes = Vec::new();
        tiny.write(&mut bytes).expect("memory takes all");
        let folder = std::env::temp_dir().join(format!("spud-bench-{}", std::process::id()));
        let path = folder.join("tiny.gguf");
        at(&path, &tiny).expect("a folder for temporary files");
        let header = gguf::Header::read_file(&path).expect("a GGUF file");
        assert_eq!(fs_err::read(&path).expect("it is there"), bytes);
        fs_err::remove_dir_all(&folder).expect("it is ours");
        assert_eq!(header.name(), Some("tiny"));
        let geometry = header.geometry().expect("a known architecture");
        assert_eq!((geometry.embedding, geometry.heads), (256, 2));
        assert_eq!(geometry.vocabulary, 151_936);
        let weights: u64 = tiny.tensors().iter().map(Tensor::bytes).sum();
        assert_eq!(header.weights_bytes(), weights);
    }

    /// The published `Q4_K_M` of this model has so many bytes (models-facts.toml), of which the
    /// vocabulary and the rest of the header take some six million. One layer with another type
    /// would be three and a half million more or less.
    #[test]
    fn the_weights_are_as_many_as_those_of_the_real_one() {
        const PUBLISHED: u64 = 1_117_320_800;
        let tensors = Qwen2::R1_1_5B.tensors();
        let weights: u64 = tensors.iter().map(Tensor::bytes).sum();
        assert_eq!(tensors.len(), 339);
        let header = PUBLISHED - weights;
        assert!((5_000_000..7_000_000).contains(&header), "{header}");
    }
}
