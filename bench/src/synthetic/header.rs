//! The metadata of a GGUF file, put together entry by entry.

/// The metadata of a file, as its bytes.
#[derive(Default)]
pub(super) struct Header {
    pub(super) count: u64,
    pub(super) bytes: Vec<u8>,
}

impl Header {
    /// Begins an entry; types of values are those of `enum gguf_metadata_value_type`.
    fn entry(&mut self, key: &str, kind: u32) {
        self.count += 1;
        string(&mut self.bytes, key);
        self.bytes.extend(kind.to_le_bytes());
    }

    pub(super) fn number(&mut self, key: &str, value: u32) {
        self.entry(key, 4);
        self.bytes.extend(value.to_le_bytes());
    }

    pub(super) fn float(&mut self, key: &str, value: f32) {
        self.entry(key, 6);
        self.bytes.extend(value.to_le_bytes());
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.entry(key, 7);
        self.bytes.push(u8::from(value));
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.entry(key, 8);
        string(&mut self.bytes, value);
    }

    pub(super) fn texts(&mut self, key: &str, values: &[String]) {
        self.list(key, 8, values.len());
        for value in values {
            string(&mut self.bytes, value);
        }
    }

    pub(super) fn numbers(&mut self, key: &str, values: &[i32]) {
        self.list(key, 5, values.len());
        for value in values {
            self.bytes.extend(value.to_le_bytes());
        }
    }

    /// A number of 16 bits, as a split set counts its parts.
    pub(super) fn short(&mut self, key: &str, value: usize) {
        self.entry(key, 2);
        let value = u16::try_from(value).expect("BUG: a handful of parts");
        self.bytes.extend(value.to_le_bytes());
    }

    /// A signed number of 32 bits, as a split set counts its tensors.
    pub(super) fn count_of(&mut self, key: &str, value: usize) {
        self.entry(key, 5);
        let value = i32::try_from(value).expect("BUG: some hundred tensors");
        self.bytes.extend(value.to_le_bytes());
    }

    fn list(&mut self, key: &str, kind: u32, count: usize) {
        self.entry(key, 9);
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend((count as u64).to_le_bytes());
    }
}

pub(super) fn string(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

pub(super) fn small(number: u64) -> u32 {
    u32::try_from(number).expect("BUG: a count of a model fits 32 bits")
}
