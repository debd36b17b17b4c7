//! Writes GGUF bytes, right or wrong as a test wants them.
//!
//! Everything is a public field: a test takes a sound file, breaks one thing and writes it.

/// Value types of `gguf.h`.
pub(crate) const U8: u32 = 0;
pub(crate) const U32: u32 = 4;
pub(crate) const I32: u32 = 5;
pub(crate) const F32: u32 = 6;
pub(crate) const BOOL: u32 = 7;
pub(crate) const STRING: u32 = 8;
pub(crate) const ARRAY: u32 = 9;
pub(crate) const U64: u32 = 10;

/// One thing that a test changes in a file.
pub(crate) type Change = fn(&mut Builder);

/// One tensor's description; `offset` is worked out where it is none.
#[derive(Clone)]
pub(crate) struct Tensor {
    pub(crate) name: Vec<u8>,
    pub(crate) dimensions: Vec<u64>,
    pub(crate) kind: u32,
    pub(crate) offset: Option<u64>,
}

/// A file in parts.
#[derive(Clone)]
pub(crate) struct Builder {
    pub(crate) magic: [u8; 4],
    pub(crate) version: u32,
    /// What the header says where it lies about the number of keys.
    pub(crate) key_count: Option<u64>,
    /// What the header says where it lies about the number of tensors.
    pub(crate) tensor_count: Option<u64>,
    /// Key, and value with its type in front.
    pub(crate) keys: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) tensors: Vec<Tensor>,
    /// The alignment used for writing.
    pub(crate) alignment: u64,
    /// Bytes of data taken off the end.
    pub(crate) cut: usize,
}

impl Builder {
    /// Nothing but the frame.
    pub(crate) fn empty() -> Self {
        Self {
            magic: *b"GGUF",
            version: 3,
            key_count: None,
            tensor_count: None,
            keys: Vec::new(),
            tensors: Vec::new(),
            alignment: 32,
            cut: 0,
        }
    }

    /// A small sound model of the family `qwen2`, with three tensors and eight tokens.
    pub(crate) fn sound() -> Self {
        let mut file = Self::empty();
        file.text("general.architecture", "qwen2");
        file.text("general.name", "Little");
        file.text("general.license", "mit");
        file.number("general.file_type", 15);
        file.number("qwen2.block_count", 2);
        file.number("qwen2.context_length", 4_096);
        file.number("qwen2.embedding_length", 64);
        file.number("qwen2.feed_forward_length", 128);
        file.number("qwen2.attention.head_count", 4);
        file.number("qwen2.attention.head_count_kv", 2);
        file.text("tokenizer.ggml.model", "gpt2");
        file.text("tokenizer.ggml.pre", "deepseek-r1-qwen");
        file.key("tokenizer.ggml.add_bos_token", BOOL, &[1]);
        file.key("qwen2.rope.freq_base", F32, &10_000_f32.to_le_bytes());
        file.vocabulary(&["a", "b", "<think>", "</think>", "é", "<bos>", "<eos>", ""]);
        file.number("tokenizer.ggml.bos_token_id", 5);
        file.number("tokenizer.ggml.eos_token_id", 6);
        file.text("tokenizer.chat_template", "{{ messages }}");
        file.tensor("token_embd.weight", &[64, 8], 12);
        file.tensors[0].kind = 8;
        file.tensor("output_norm.weight", &[64], 0);
        file.tensor("blk.0.ffn_up.weight", &[256, 3, 2], 12);
        file
    }

    /// The same with all that the engine needs of it.
    pub(crate) fn whole() -> Self {
        let mut file = Self::sound();
        let small = 1e-6_f32.to_le_bytes();
        file.key("qwen2.attention.layer_norm_rms_epsilon", F32, &small);
        file.array("tokenizer.ggml.merges", STRING, 1, &string(b"a b"));
        file.tensors.pop();
        for layer in 0..2 {
            file.distilled(layer);
        }
        file
    }

    /// The tensors that a layer of every distilled model has, 64 values wide, in `Q8_0`.
    pub(crate) fn distilled(&mut self, layer: u32) {
        let tensors: [(&str, &[u64]); 9] = [
            ("attn_norm.weight", &[64]),
            ("ffn_norm.weight", &[64]),
            ("attn_q.weight", &[64, 64]),
            ("attn_k.weight", &[64, 32]),
            ("attn_v.weight", &[64, 32]),
            ("attn_output.weight", &[64, 64]),
            ("ffn_gate.weight", &[64, 128]),
            ("ffn_up.weight", &[64, 128]),
            ("ffn_down.weight", &[128, 64]),
        ];
        for (name, dimensions) in tensors {
            let kind = if dimensions.len() == 1 { 0 } else { 8 };
            self.tensor(&format!("blk.{layer}.{name}"), dimensions, kind);
        }
    }

    /// A list of tokens with scores and types of the same length.
    pub(crate) fn vocabulary(&mut self, tokens: &[&str]) {
        let count = tokens.len();
        let texts = tokens
            .iter()
            .flat_map(|token| string(token.as_bytes()))
            .collect::<Vec<_>>();
        self.array("tokenizer.ggml.tokens", STRING, count as u64, &texts);
        self.array(
            "tokenizer.ggml.scores",
            F32,
            count as u64,
            &vec![0; 4 * count],
        );
        self.array(
            "tokenizer.ggml.token_type",
            I32,
            count as u64,
            &[1, 0, 0, 0].repeat(count),
        );
    }

    /// Adds a key, or replaces the one of this name.
    pub(crate) fn key(&mut self, key: &str, kind: u32, value: &[u8]) {
        let value = [&kind.to_le_bytes(), value].concat();
        match self
            .keys
            .iter_mut()
            .find(|(name, _)| name == key.as_bytes())
        {
            Some((_, old)) => *old = value,
            None => self.keys.push((key.into(), value)),
        }
    }

    pub(crate) fn number(&mut self, key: &str, value: u32) {
        self.key(key, U32, &value.to_le_bytes());
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key, STRING, &string(value.as_bytes()));
    }

    pub(crate) fn array(&mut self, key: &str, kind: u32, count: u64, entries: &[u8]) {
        let value = [&kind.to_le_bytes()[..], &count.to_le_bytes(), entries].concat();
        self.key(key, ARRAY, &value);
    }

    /// Takes a key out.
    pub(crate) fn without(&mut self, key: &str) {
        let before = self.keys.len();
        self.keys.retain(|(name, _)| name != key.as_bytes());
        assert_eq!(self.keys.len() + 1, before, "{key}");
    }

    pub(crate) fn tensor(&mut self, name: &str, dimensions: &[u64], kind: u32) {
        let dimensions = dimensions.to_vec();
        self.tensors.push(Tensor {
            name: name.into(),
            dimensions,
            kind,
            offset: None,
        });
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.magic.to_vec();
        out.extend(self.version.to_le_bytes());
        out.extend(
            self.tensor_count
                .unwrap_or(self.tensors.len() as u64)
                .to_le_bytes(),
        );
        out.extend(
            self.key_count
                .unwrap_or(self.keys.len() as u64)
                .to_le_bytes(),
        );
        for (key, value) in &self.keys {
            out.extend(string(key));
            out.extend(value);
        }
        let mut data = 0;
        for tensor in &self.tensors {
            out.extend(string(&tensor.name));
            out.extend((u32::try_from(tensor.dimensions.len()).unwrap()).to_le_bytes());
            out.extend(tensor.dimensions.iter().flat_map(|size| size.to_le_bytes()));
            out.extend(tensor.kind.to_le_bytes());
            out.extend(tensor.offset.unwrap_or(data).to_le_bytes());
            data = (data + size(tensor)).next_multiple_of(self.alignment);
        }
        if !self.tensors.is_empty() {
            let start = (out.len() as u64).next_multiple_of(self.alignment);
            out.resize(usize::try_from(start + data).unwrap(), 0);
        }
        out.truncate(out.len() - self.cut);
        out
    }
}

/// A string as GGUF writes it.
pub(crate) fn string(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text].concat()
}

/// Bytes of a tensor's data for the few types that the tests use; small for any other.
fn size(tensor: &Tensor) -> u64 {
    let (block, bytes) = match tensor.kind {
        1 => (1, 2),
        8 => (32, 34),
        12 => (256, 144),
        24 => (1, 1),
        _ => (1, 4),
    };
    let values: u64 = tensor
        .dimensions
        .iter()
        .fold(1, |all, &size| all.saturating_mul(size));
    (values / block).saturating_mul(bytes).min(1 << 16)
}
