//! The rules of `[[model.file]]`.

use std::ops::Range;

use toml::Spanned;

use super::super::file::{File, Part, Quant, Sha256, Size};
use super::super::raw::RawFile;
use super::{CatalogueError, Reader};

/// A split set has at most this many parts; llama.cpp counts them in 16 bits.
const PARTS: u32 = 65_535;

/// What stands in a path for the digits of a part's number.
const PART: &str = "{part}";

impl Reader<'_> {
    pub(super) fn file(&self, raw: Spanned<RawFile>) -> Result<File, CatalogueError> {
        let raw = raw.into_inner();
        let place = raw.quant.span();
        let quant = Quant::named(raw.quant.get_ref()).ok_or_else(|| {
            self.wrong(
                &place,
                "`quant` is of letters, digits, `_` and `-`, 32 at most",
            )
        })?;
        self.repository(&raw.repo)?;
        for revision in [&raw.revision, &raw.modelscope_revision]
            .into_iter()
            .flatten()
        {
            let sane = is_commit(revision.get_ref());
            let reason = "a revision is of 40 lower-case hex digits";
            self.require(sane, &revision.span(), reason)?;
        }
        Ok(File {
            quant,
            size: self.size(&raw, &place)?,
            parts: self.parts(&raw)?,
            repo: raw.repo.into_inner(),
            revision: raw.revision.map(Spanned::into_inner),
            modelscope_revision: raw.modelscope_revision.map(Spanned::into_inner),
            unpacked_cache: raw.unpacked_cache,
            default: raw.default,
        })
    }

    /// Whether a file can stand beside the others of its model.
    pub(super) fn stands_beside(
        &self,
        file: &File,
        others: &[File],
        place: &Range<usize>,
    ) -> Result<(), CatalogueError> {
        let same = |other: &File| {
            let (ours, theirs) = (file.quant.as_str(), other.quant.as_str());
            ours.eq_ignore_ascii_case(theirs)
        };
        let reason = format!("the quantisation `{}` appears twice", file.quant);
        self.require(!others.iter().any(same), place, &reason)?;
        let second = file.default && others.iter().any(|other| other.default);
        self.require(!second, place, "a second file is the `default`")
    }

    fn size(&self, raw: &RawFile, place: &Range<usize>) -> Result<Size, CatalogueError> {
        let (size, at) = match (&raw.bytes, &raw.about_bytes) {
            (Some(bytes), None) => (Size::Exact(*bytes.get_ref()), bytes.span()),
            (None, Some(bytes)) => (Size::About(*bytes.get_ref()), bytes.span()),
            _ => return Err(self.wrong(place, "a file has either `bytes` or `about_bytes`")),
        };
        let believable = (1 << 20..=1 << 50).contains(&size.bytes());
        self.require(believable, &at, "the size is not from 1 MiB to 1 PiB")?;
        let known = raw.part_bytes.iter().map(|bytes| *bytes.get_ref());
        let known = known.fold(0, u64::saturating_add);
        let all = raw.part_bytes.iter().all(|bytes| *bytes.get_ref() > 0);
        let adds_up = match size {
            Size::Exact(whole) if all && !raw.part_bytes.is_empty() => known == whole,
            // A rounded size may be half a percent short.
            _ => known <= size.bytes() / 200 * 201,
        };
        self.require(adds_up, &at, "`part_bytes` do not add up to the whole")?;
        Ok(size)
    }

    fn parts(&self, raw: &RawFile) -> Result<Vec<Part>, CatalogueError> {
        let place = raw.quant.span();
        let parts = match &raw.parts {
            None => 1,
            Some(parts) => {
                let holds = (2..=PARTS).contains(parts.get_ref());
                let reason = "`parts` is not from 2 to 65,535; a single file needs none";
                self.require(holds, &parts.span(), reason)?;
                *parts.get_ref()
            }
        };
        self.path(&raw.path, parts)?;
        let one_each = |count: usize| count == 0 || count == parts as usize;
        for (what, count) in [
            ("sha256", raw.sha256.len()),
            ("part_bytes", raw.part_bytes.len()),
        ] {
            let reason = format!("`{what}` has {count} entries for {parts} parts");
            self.require(one_each(count), &place, &reason)?;
        }
        // Of a single file the whole is the part.
        let whole = raw.bytes.as_ref().filter(|_| parts == 1);
        (1..=parts)
            .zip(0..)
            .map(|(number, index): (u32, usize)| {
                let bytes = raw.part_bytes.get(index).or(whole);
                Ok(Part {
                    path: raw.path.get_ref().replace(PART, &format!("{number:05}")),
                    bytes: bytes
                        .map(|bytes| *bytes.get_ref())
                        .filter(|&bytes| bytes > 0),
                    sha256: self.sha256(raw.sha256.get(index))?,
                })
            })
            .collect()
    }

    fn path(&self, raw: &Spanned<String>, parts: u32) -> Result<(), CatalogueError> {
        let path = raw.get_ref();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
        let named = |part: &str| {
            let part = part.replacen(PART, "", 1);
            !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed)
        };
        let inside =
            path.len() <= 512 && path.strip_suffix(".gguf").is_some() && path.split('/').all(named);
        let reason = "`path` is not the path of a .gguf file in a repository";
        self.require(inside, &raw.span(), reason)?;
        if parts == 1 {
            let reason = "`path` is one part of a set: write {part} for its number, and `parts`";
            return self.require(!is_part(path), &raw.span(), reason);
        }
        let ending = format!("-{PART}-of-{parts:05}.gguf");
        let placed = path.matches(PART).count() == 1 && path.ends_with(&ending);
        let reason = format!("`path` of {parts} parts does not end in {ending}");
        self.require(placed, &raw.span(), &reason)
    }

    fn sha256(&self, raw: Option<&Spanned<String>>) -> Result<Option<Sha256>, CatalogueError> {
        let Some(raw) = raw.filter(|raw| !raw.get_ref().is_empty()) else {
            return Ok(None);
        };
        let reason = "a sha256 is of 64 lower-case hex digits, or empty";
        let hash = Sha256::from_hex(raw.get_ref());
        hash.map(Some)
            .ok_or_else(|| self.wrong(&raw.span(), reason))
    }
}

/// Whether a file's name says that it is a part of a set: `-00001-of-00009.gguf`, or has a `{part}`.
fn is_part(path: &str) -> bool {
    let number = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let stem = path.strip_suffix(".gguf").unwrap_or(path);
    let mut pieces = stem.rsplit('-');
    let count = pieces.next().is_some_and(number);
    let of = pieces.next() == Some("of");
    path.contains(PART) || count && of && pieces.next().is_some_and(number)
}

fn is_commit(text: &str) -> bool {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 40 && text.bytes().all(lower)
}
