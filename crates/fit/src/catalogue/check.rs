//! The rules of a catalogue: one bad entry refuses the whole, with its place and the reason.
//!
//! Here is what is said of a model; `shape` and `file` have the rules of those two tables.

mod file;
mod shape;

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;

use super::raw::{RawBenchmarks, RawCatalogue, RawModel, RawReply, RawSampling};
use super::{Benchmarks, Catalogue, File, Member, Sampling, TemplateKind, estimate};
use crate::forecast::Typical;

/// More tokens than this in one reply are taken for a mistake.
const MOST_TOKENS: u32 = 1_000_000;

/// Why a text is not a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct CatalogueError {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

/// The text, for places in it.
struct Reader<'a> {
    text: &'a str,
}

pub(super) fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
    let reader = Reader { text };
    let raw: RawCatalogue = toml::from_str(text).map_err(|error| {
        let place = error.span().unwrap_or(0..0);
        reader.wrong(&place, error.message().trim())
    })?;
    let mut ids = BTreeSet::new();
    let mut models = Vec::new();
    for raw in raw.model {
        let id = &raw.get_ref().id;
        let new = ids.insert(id.get_ref().clone());
        let reason = format!("the id `{}` appears twice", id.get_ref());
        reader.require(new, &id.span(), &reason)?;
        models.push(reader.member(raw)?);
    }
    Ok(Catalogue { models })
}

impl Reader<'_> {
    fn wrong(&self, place: &Range<usize>, reason: &str) -> CatalogueError {
        let before = self.text.get(..place.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        CatalogueError {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason: reason.to_owned(),
        }
    }

    fn require(
        &self,
        holds: bool,
        place: &Range<usize>,
        reason: &str,
    ) -> Result<(), CatalogueError> {
        if holds {
            Ok(())
        } else {
            Err(self.wrong(place, reason))
        }
    }

    fn member(&self, raw: Spanned<RawModel>) -> Result<Member, CatalogueError> {
        let place = raw.span();
        let raw = raw.into_inner();
        self.id(&raw.id)?;
        for (what, text) in [
            ("name", &raw.name),
            ("made_as", &raw.made_as),
            ("lineage", &raw.lineage),
            ("licence", &raw.licence),
            ("base", &raw.base),
            ("base_licence", &raw.base_licence),
            ("source", &raw.benchmarks.get_ref().source),
        ] {
            let said = !text.get_ref().trim().is_empty();
            self.require(said, &text.span(), &format!("`{what}` is empty"))?;
        }
        if let Some(good_for) = &raw.good_for {
            let said = |text: &String| !text.trim().is_empty();
            let all = good_for.get_ref();
            let is_said = all.contains_key("en") && all.values().all(said);
            let rule = "`good_for` has no `en` or an empty sentence";
            self.require(is_said, &good_for.span(), rule)?;
        }
        self.repository(&raw.repo)?;
        let template = self.template(&raw.template)?;
        let sampling = self.sampling(raw.sampling)?;
        let benchmarks = self.benchmarks(raw.benchmarks)?;
        let reply = self.reply(raw.reply)?;
        let shape = self.shape(raw.shape)?;
        let parameters = *raw.parameters.get_ref();
        let counted = estimate::parameters(&shape);
        // Makers count with or without the output matrix, and round.
        let near = |count: u64| parameters.abs_diff(count) <= count / 10;
        self.require(
            near(counted) || near(counted - estimate::table(&shape)),
            &raw.parameters.span(),
            &format!("`parameters` is {parameters}, but `shape` adds up to {counted}"),
        )?;
        let active = *raw.active_parameters.get_ref();
        self.require(
            (1..=parameters).contains(&active),
            &raw.active_parameters.span(),
            "`active_parameters` is not from 1 to `parameters`",
        )?;
        let some = !raw.file.is_empty();
        self.require(some, &place, "a model needs a `[[model.file]]`")?;
        let mut files: Vec<File> = Vec::new();
        for raw in raw.file {
            let at = raw.get_ref().quant.span();
            let file = self.file(raw)?;
            self.stands_beside(&file, &files, &at)?;
            let can = !file.unpacked_cache || shape.unpacked.is_some();
            self.require(can, &at, "`unpacked_cache` needs `shape.unpacked`")?;
            files.push(file);
        }
        files.sort_by_key(|file| file.size.bytes());
        Ok(Member {
            id: raw.id.into_inner(),
            name: raw.name.into_inner(),
            made_as: raw.made_as.into_inner(),
            repo: raw.repo.into_inner(),
            lineage: raw.lineage.into_inner(),
            good_for: raw.good_for.map(Spanned::into_inner).unwrap_or_default(),
            parameters,
            active_parameters: active,
            licence: raw.licence.into_inner(),
            base: raw.base.into_inner(),
            base_licence: raw.base_licence.into_inner(),
            template,
            sampling,
            benchmarks,
            reply,
            files,
            shape,
        })
    }

    fn id(&self, raw: &Spanned<String>) -> Result<(), CatalogueError> {
        let id = raw.get_ref();
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
        self.require(
            (1..=64).contains(&id.len()) && id.bytes().all(allowed),
            &raw.span(),
            "an id is of lower-case letters, digits, dots and dashes, 64 at most",
        )
    }

    fn repository(&self, repo: &Spanned<String>) -> Result<(), CatalogueError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let sane =
            |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed);
        let whole = repo.get_ref().split_once('/');
        let holds = whole.is_some_and(|(owner, name)| sane(owner) && sane(name));
        self.require(holds, &repo.span(), "a repository is `owner/name`")
    }

    fn template(&self, raw: &Spanned<String>) -> Result<TemplateKind, CatalogueError> {
        match raw.get_ref().as_str() {
            "r1-distill" => Ok(TemplateKind::R1Distill),
            "r1-0528" => Ok(TemplateKind::R1_0528),
            _ => Err(self.wrong(&raw.span(), "`template` is neither r1-distill nor r1-0528")),
        }
    }

    fn sampling(&self, raw: Spanned<RawSampling>) -> Result<Sampling, CatalogueError> {
        let place = raw.span();
        let raw = raw.into_inner();
        self.require(
            (0.0..=5.0).contains(&raw.temperature),
            &place,
            "`temperature` is not from 0 to 5",
        )?;
        self.require(
            raw.top_p > 0.0 && raw.top_p <= 1.0,
            &place,
            "`top_p` is not above 0 and at most 1",
        )?;
        self.require(raw.max_tokens > 0, &place, "`max_tokens` is zero")?;
        Ok(Sampling {
            temperature: raw.temperature,
            top_p: raw.top_p,
            max_tokens: raw.max_tokens,
            system_prompt: raw.system_prompt,
        })
    }

    fn benchmarks(&self, raw: Spanned<RawBenchmarks>) -> Result<Benchmarks, CatalogueError> {
        let place = raw.span();
        let raw = raw.into_inner();
        let others: Vec<(&'static str, f64)> = [
            ("AIME 2024", raw.aime_2024),
            ("AIME 2025", raw.aime_2025),
            ("MATH-500", raw.math_500),
            ("LiveCodeBench", raw.livecodebench),
            ("LiveCodeBench 2408–2505", raw.livecodebench_2408_2505),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let percent = |value: f64| (0.0..=100.0).contains(&value);
        let all = percent(raw.gpqa_diamond) && others.iter().all(|(_, value)| percent(*value));
        self.require(all, &place, "a benchmark is in percent")?;
        Ok(Benchmarks {
            gpqa_diamond: raw.gpqa_diamond,
            others,
            source: raw.source.into_inner(),
        })
    }

    fn reply(&self, raw: Option<Spanned<RawReply>>) -> Result<Typical, CatalogueError> {
        let Some(raw) = raw else {
            return Ok(Typical::ASSUMED);
        };
        let place = raw.span();
        let raw = raw.into_inner();
        let said = !raw.source.get_ref().trim().is_empty();
        self.require(said, &raw.source.span(), "`source` is empty")?;
        let typical = Typical {
            thinking_tokens: raw.thinking_tokens,
            answer_tokens: raw.answer_tokens,
            least_tokens: raw.least_tokens,
            most_tokens: raw.most_tokens,
            ..Typical::ASSUMED
        };
        let written = typical.written_tokens();
        let ordered = 0 < raw.least_tokens && raw.least_tokens <= written;
        self.require(
            ordered && written <= raw.most_tokens && raw.most_tokens <= MOST_TOKENS,
            &place,
            "`least_tokens`, thinking and answer together, and `most_tokens` do not grow from 1 to \
             1000000",
        )?;
        Ok(typical)
    }
}
