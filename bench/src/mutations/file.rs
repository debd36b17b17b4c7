//! A GGUF file in parts that can be broken one by one, and written whatever they say.
//!
//! Reads only files that are sound (what is hostile is read by `crates/gguf`).

use gguf::TensorType;

/// Value types of `gguf.h`.
pub(super) const U32: u32 = 4;
pub(super) const I32: u32 = 5;
pub(super) const F32: u32 = 6;
pub(super) const BOOL: u32 = 7;
pub(super) const STRING: u32 = 8;
pub(super) const ARRAY: u32 = 9;
pub(super) const U64: u32 = 10;
pub(super) const I64: u32 = 11;
pub(super) const F64: u32 = 12;

/// A file in parts.
#[derive(Debug, Clone)]
pub struct File {
    pub(super) magic: [u8; 4],
    pub(super) version: u32,
    /// What the header says where it lies.
    pub(super) key_count: Option<u64>,
    /// What the header says where it lies.
    pub(super) tensor_count: Option<u64>,
    pub(super) keys: Vec<Key>,
    pub(super) tensors: Vec<Tensor>,
    /// By which the data are laid out.
    pub(super) alignment: usize,
    /// Bytes of the file that are written; all where none are said.
    pub(super) cut: Option<usize>,
    /// Bytes behind the data.
    pub(super) more: usize,
}

/// A key with its value as bytes.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: Vec<u8>,
    pub(super) kind: u32,
    pub(super) value: Vec<u8>,
}

impl Key {
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }
}

/// A tensor with its data.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub(super) name: Vec<u8>,
    /// What the record says where it lies.
    pub(super) dimension_count: Option<u32>,
    pub(super) dimensions: Vec<u64>,
    pub(super) kind: u32,
    /// What the record says where it lies.
    pub(super) offset: Option<u64>,
    pub(super) data: Vec<u8>,
}

impl Tensor {
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Gives it as many bytes as its type and dimensions call for, where that is no absurd number, so
    /// that the file is sound but for what was changed.
    pub(super) fn fit(&mut self) {
        const MOST_BYTES: u64 = 64 << 20;
        let values = self.dimensions.iter().try_fold(1_u64, |product, &size| {
            product.checked_mul(size).filter(|&all| all <= MOST_BYTES)
        });
        let (Some(values), Some(kind)) = (values, TensorType::from_id(self.kind)) else {
            return;
        };
        let bytes = values / kind.block_values * kind.block_bytes;
        if let Ok(bytes) = usize::try_from(bytes.min(MOST_BYTES)) {
            self.data = self.data.iter().copied().cycle().take(bytes).collect();
            self.data.resize(bytes, 0);
        }
    }
}

impl File {
    /// Takes a sound file apart.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        let magic = from.array()?;
        let version = from.u32()?;
        let (tensor_count, key_count) = (from.u64()?, from.u64()?);
        let keys: Option<Vec<Key>> = (0..key_count).map(|_| from.key()).collect();
        let records: Option<Vec<(Tensor, usize)>> =
            (0..tensor_count).map(|_| from.tensor()).collect();
        let alignment = 32;
        let begin = (bytes.len() - from.0.len()).next_multiple_of(alignment);
        let mut tensors = Vec::new();
        for (mut tensor, offset) in records? {
            let kind = TensorType::from_id(tensor.kind)?;
            let values: u64 = tensor.dimensions.iter().product();
            let length = usize::try_from(values / kind.block_values * kind.block_bytes).ok()?;
            let data = bytes.get(begin + offset..begin + offset + length)?;
            tensor.data = data.to_vec();
            tensors.push(tensor);
        }
        Some(Self {
            magic,
            version,
            key_count: None,
            tensor_count: None,
            keys: keys?,
            tensors,
            alignment,
            cut: None,
            more: 0,
        })
    }

    /// The file as it lies on a disk.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.magic.to_vec();
        out.extend(self.version.to_le_bytes());
        let count = |told: Option<u64>, there: usize| told.unwrap_or(there as u64);
        out.extend(count(self.tensor_count, self.tensors.len()).to_le_bytes());
        out.extend(count(self.key_count, self.keys.len()).to_le_bytes());
        for key in &self.keys {
            string(&mut out, &key.name);
            out.extend(key.kind.to_le_bytes());
            out.extend(&key.value);
        }
        let mut offset = 0;
        for tensor in &self.tensors {
            string(&mut out, &tensor.name);
            let there = u32::try_from(tensor.dimensions.len()).unwrap_or(u32::MAX);
            out.extend(tensor.dimension_count.unwrap_or(there).to_le_bytes());
            for size in &tensor.dimensions {
                out.extend(size.to_le_bytes());
            }
            out.extend(tensor.kind.to_le_bytes());
            out.extend(count(tensor.offset, offset).to_le_bytes());
            offset += tensor.data.len().next_multiple_of(self.alignment);
        }
        for tensor in &self.tensors {
            out.resize(out.len().next_multiple_of(self.alignment), 0);
            out.extend(&tensor.data);
        }
        out.resize(out.len().next_multiple_of(self.alignment) + self.more, 0);
        if let Some(cut) = self.cut {
            out.truncate(cut);
        }
        out
    }

    pub(super) fn key(&mut self, name: &str) -> Option<&mut Key> {
        self.keys.iter_mut().find(|key| key.name == name.as_bytes())
    }

    /// Sets a key, which is put at the end where it was not there.
    pub(super) fn set(&mut self, name: &str, kind: u32, value: Vec<u8>) {
        self.keys.retain(|key| key.name != name.as_bytes());
        let name = name.as_bytes().to_vec();
        self.keys.push(Key { name, kind, value });
    }
}

/// A text as the format writes it.
pub(super) fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text);
}

/// A text by itself.
pub(super) fn text(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    string(&mut out, text.as_ref());
    out
}

/// An array of these entries, of this type.
pub(super) fn array(kind: u32, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = kind.to_le_bytes().to_vec();
    out.extend((entries.len() as u64).to_le_bytes());
    out.extend(entries.concat());
    out
}

/// The entries of an array, each as it is written.
pub(super) fn entries(value: &[u8]) -> Option<(u32, Vec<Vec<u8>>)> {
    let mut from = Reader(value);
    let kind = from.u32()?;
    let count = from.u64()?;
    let entries: Option<Vec<Vec<u8>>> = (0..count).map(|_| from.value(kind)).collect();
    Some((kind, entries?))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let bytes = self.u64()?;
        self.take(usize::try_from(bytes).ok()?)
    }

    /// A value of this type as it is written.
    fn value(&mut self, kind: u32) -> Option<Vec<u8>> {
        let whole = self.0;
        match kind {
            0 | 1 | BOOL => self.take(1).map(drop)?,
            2 | 3 => self.take(2).map(drop)?,
            U32 | I32 | F32 => self.take(4).map(drop)?,
            U64 | I64 | F64 => self.take(8).map(drop)?,
            STRING => self.string().map(drop)?,
            ARRAY => {
                let (kind, count) = (self.u32()?, self.u64()?);
                for _ in 0..count {
                    self.value(kind)?;
                }
            }
            _ => return None,
        }
        Some(whole[..whole.len() - self.0.len()].to_vec())
    }

    fn key(&mut self) -> Option<Key> {
        let name = self.string()?.to_vec();
        let kind = self.u32()?;
        let value = self.value(kind)?;
        Some(Key { name, kind, value })
    }

    /// A tensor without its data, and where they begin.
    fn tensor(&mut self) -> Option<(Tensor, usize)> {
        let name = self.string()?.to_vec();
        let count = self.u32()?;
        let dimensions: Option<Vec<u64>> = (0..count).map(|_| self.u64()).collect();
        let kind = self.u32()?;
        let offset = usize::try_from(self.u64()?).ok()?;
        let tensor = Tensor {
            name,
            dimension_count: None,
            dimensions: dimensions?,
            kind,
            offset: None,
            data: Vec::new(),
        };
        Some((tensor, offset))
    }
}
