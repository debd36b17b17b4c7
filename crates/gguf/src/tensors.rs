//! The list of tensors: shapes, types and places, checked against each other and the file's end.
//!
//! Not here: the data of the tensors, and which tensors a model needs (`needs`).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::error::{Error, shown};
use crate::limits;
use crate::source::Source;
use crate::tensor_type::TensorType;
use crate::weights::Account;

const UNCOUNTABLE: &str = "has more bytes than can be counted";

/// What is kept of all tensors of one file.
#[derive(Debug, Default)]
pub(crate) struct Tensors {
    /// How many there are.
    pub(crate) count: u64,
    /// The sum of their bytes, without padding.
    pub(crate) bytes: u64,
    /// Where in the model they are, and in which types.
    pub(crate) account: Account,
    /// What they are, by their names, which are unique in a whole set.
    pub(crate) records: HashMap<Vec<u8>, Record>,
}

/// What one tensor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its dimensions, those that it does not have being 1.
    pub(crate) dimensions: [u64; 4],
    /// How its values are stored.
    pub(crate) kind: TensorType,
}

impl Tensors {
    /// Reads `count` descriptions, `count` being within its limit, and checks that their data lie
    /// one after the other, each begun at the next aligned place, as llama.cpp demands. This is
    /// the end of the header.
    pub(crate) fn read(source: &mut Source<'_>, count: u64, alignment: u64) -> Result<Self, Error> {
        let mut records = HashMap::new();
        let mut places = Places::default();
        let mut bytes: u64 = 0;
        let mut account = Account::default();
        for _ in 0..count {
            let mut name = Vec::new();
            let too_long = "has a name longer than 63 bytes";
            source.string_into(&mut name, limits::TENSOR_NAME_BYTES, "a tensor", too_long)?;
            let data = read_one(source, &name)?;
            places
                .take(&data, alignment)
                .map_err(|rule| source.broken(&name, rule))?;
            // Cannot overflow: the places of all, with their padding, did not.
            bytes += data.bytes;
            account.take(&name, data.kind, data.values, data.bytes);
            let record = Record {
                dimensions: data.dimensions,
                kind: data.kind,
            };
            match records.entry(name) {
                Entry::Vacant(place) => place.insert(record),
                Entry::Occupied(place) => {
                    return Err(source.broken(place.key(), "appears twice among the tensors"));
                }
            };
        }
        let end = source
            .position()
            .checked_next_multiple_of(alignment)
            .and_then(|start| start.checked_add(places.end))
            .ok_or_else(|| source.broken("tensor data", "end past what can be counted"))?;
        if count > 0 && end > source.len() {
            return Err(source.truncated(end));
        }
        Ok(Self {
            count,
            bytes,
            account,
            records,
        })
    }
}

/// How far the data reach so far, counted from their start.
#[derive(Default)]
struct Places {
    /// Where the last tensor's data end.
    end: u64,
    /// Where the next tensor's data begin: `end`, padded.
    next: u64,
}

impl Places {
    /// Goes on over one tensor's data, or tells the rule that their place breaks.
    fn take(&mut self, data: &Data, alignment: u64) -> Result<(), &'static str> {
        if !data.start.is_multiple_of(alignment) {
            return Err("begins off the alignment");
        }
        match data.start.cmp(&self.next) {
            Ordering::Less => return Err("overlaps the data before it"),
            Ordering::Greater => return Err("leaves a gap after the data before it"),
            Ordering::Equal => {}
        }
        let end = self.next.checked_add(data.bytes).ok_or(UNCOUNTABLE)?;
        self.next = end.checked_next_multiple_of(alignment).ok_or(UNCOUNTABLE)?;
        self.end = end;
        Ok(())
    }
}

/// One tensor's data: where they say they begin, and what they are.
struct Data {
    start: u64,
    bytes: u64,
    values: u64,
    dimensions: [u64; 4],
    kind: TensorType,
}

fn read_one(source: &mut Source<'_>, name: &[u8]) -> Result<Data, Error> {
    let count = source.u32()?;
    if !(1..=4).contains(&count) {
        return Err(source.broken(name, "has not one to four dimensions"));
    }
    let mut dimensions = [1; 4];
    let mut values: u64 = 1;
    for dimension in dimensions.iter_mut().take(count as usize) {
        let size = source.u64()?;
        if size == 0 {
            return Err(source.broken(name, "has a dimension of zero"));
        }
        *dimension = size;
        // ggml counts in signed 64-bit numbers.
        values = values
            .checked_mul(size)
            .filter(|&values| i64::try_from(values).is_ok())
            .ok_or_else(|| source.broken(name, "has more values than can be counted"))?;
    }
    let id = source.u32()?;
    let kind = TensorType::from_id(id).ok_or_else(|| Error::UnknownTensorType {
        file: source.file(),
        tensor: shown(name),
        id,
    })?;
    if dimensions[0] % kind.block_values != 0 {
        return Err(source.broken(name, "has rows that are not whole blocks of its type"));
    }
    let bytes = (values / kind.block_values)
        .checked_mul(kind.block_bytes)
        .ok_or_else(|| source.broken(name, UNCOUNTABLE))?;
    Ok(Data {
        start: source.u64()?,
        bytes,
        values,
        dimensions,
        kind,
    })
}
