//! The list of tensors: shapes, types and places, checked against each other and the file's end.
//!
//! Not here: the data of the tensors, and which tensors a model needs (the engine tells).

use std::collections::HashSet;

use crate::error::{Error, shown};
use crate::limits;
use crate::source::Source;
use crate::tensor_type::TensorType;

/// What is kept of all tensors of one file.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tensors {
    /// How many there are.
    pub(crate) count: u64,
    /// The sum of their bytes, without padding.
    pub(crate) bytes: u64,
}

/// One tensor's data, as offsets from the start of the data part.
struct Extent {
    start: u64,
    end: u64,
}

impl Tensors {
    /// Reads `count` descriptions, `count` being within its limit, and checks where their data
    /// lie. This is the end of the header.
    pub(crate) fn read(source: &mut Source<'_>, count: u64, alignment: u64) -> Result<Self, Error> {
        let mut names = HashSet::new();
        let mut extents = Vec::new();
        for _ in 0..count {
            let mut name = Vec::new();
            let too_long = "has a name longer than 63 bytes";
            source.string_into(&mut name, limits::TENSOR_NAME_BYTES, "a tensor", too_long)?;
            extents.push(read_extent(source, &name, alignment)?);
            if let Some(name) = names.replace(name) {
                return Err(source.broken(name, "appears twice among the tensors"));
            }
        }
        check_places(source, &mut extents, alignment)?;
        // Disjoint parts of one file: their sum cannot pass the file's length.
        let bytes = extents.iter().map(|extent| extent.end - extent.start).sum();
        Ok(Self { count, bytes })
    }
}

fn read_extent(source: &mut Source<'_>, name: &[u8], alignment: u64) -> Result<Extent, Error> {
    let dimensions = source.u32()?;
    if !(1..=4).contains(&dimensions) {
        return Err(source.broken(name, "has not one to four dimensions"));
    }
    let mut row = 0;
    let mut values: u64 = 1;
    for dimension in 0..dimensions {
        let size = source.u64()?;
        if size == 0 {
            return Err(source.broken(name, "has a dimension of zero"));
        }
        if dimension == 0 {
            row = size;
        }
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
    if row % kind.block_values != 0 {
        return Err(source.broken(name, "has rows that are not whole blocks of its type"));
    }
    let start = source.u64()?;
    if start % alignment != 0 {
        return Err(source.broken(name, "begins off the alignment"));
    }
    let end = (values / kind.block_values)
        .checked_mul(kind.block_bytes)
        .and_then(|bytes| start.checked_add(bytes))
        .ok_or_else(|| source.broken(name, "has more bytes than can be counted"))?;
    Ok(Extent { start, end })
}

/// No two tensors share a byte, and all lie inside the file.
fn check_places(source: &Source<'_>, extents: &mut [Extent], alignment: u64) -> Result<(), Error> {
    extents.sort_unstable_by_key(|extent| extent.start);
    if extents.windows(2).any(|pair| pair[0].end > pair[1].start) {
        return Err(source.broken("tensor data", "overlap"));
    }
    let Some(last) = extents.last() else {
        return Ok(());
    };
    let end = source
        .position()
        .checked_next_multiple_of(alignment)
        .and_then(|data| data.checked_add(last.end))
        .ok_or_else(|| source.broken("tensor data", "end past what can be counted"))?;
    if end > source.len() {
        Err(source.truncated(end))
    } else {
        Ok(())
    }
}
