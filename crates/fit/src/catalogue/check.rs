//! The rules of a catalogue: one bad entry refuses the whole, with line and reason.

use std::collections::BTreeSet;
use std::ops::Range;

use gguf::{Architecture, Attention, Experts, Geometry, limits};
use toml::Spanned;

use super::raw::{
    RawBenchmarks, RawCatalogue, RawFile, RawLatent, RawModel, RawSampling, RawShape,
};
use super::{Benchmarks, Catalogue, File, Member, Part, Sampling, Size, TemplateKind, Unpacked};

/// Why a text is not a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct CatalogueError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// A split set has at most this many parts; llama.cpp counts them in 16 bits.
const PARTS: u32 = 65_535;

/// The text, for lines.
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
        let id = (raw.get_ref().id.get_ref().clone(), raw.get_ref().id.span());
        if !ids.insert(id.0.clone()) {
            return Err(reader.wrong(&id.1, &format!("the id `{}` appears twice", id.0)));
        }
        models.push(reader.member(raw)?);
    }
    Ok(Catalogue { models })
}

impl Reader<'_> {
    fn wrong(&self, place: &Range<usize>, reason: &str) -> CatalogueError {
        let start = place.start.min(self.text.len());
        let before = &self.text.as_bytes()[..start];
        CatalogueError {
            line: before.split(|&byte| byte == b'\n').count(),
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
        let sane = |id: &str| {
            let allowed = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)
            };
            !id.is_empty() && id.len() <= 64 && id.bytes().all(allowed)
        };
        self.require(
            sane(raw.id.get_ref()),
            &raw.id.span(),
            "an id is of lower-case letters, digits, dots and dashes, 64 at most",
        )?;
        for (text, what) in [
            (&raw.name, "name"),
            (&raw.short, "short"),
            (&raw.made_as, "made_as"),
            (&raw.lineage, "lineage"),
            (&raw.licence, "licence"),
            (&raw.base, "base"),
            (&raw.base_licence, "base_licence"),
            (&raw.benchmarks.get_ref().source, "benchmarks.source"),
        ] {
            self.require(
                !text.trim().is_empty(),
                &place,
                &format!("`{what}` is empty"),
            )?;
        }
        self.repository(&raw.repo)?;
        let parameters = *raw.parameters.get_ref();
        let believable = (1_000_000..=100_000_000_000_000).contains(&parameters);
        self.require(
            believable,
            &raw.parameters.span(),
            "`parameters` is beyond any model",
        )?;
        let active = *raw.active_parameters.get_ref();
        let fewer = (1..=parameters).contains(&active);
        self.require(
            fewer,
            &raw.active_parameters.span(),
            "`active_parameters` is not from 1 to `parameters`",
        )?;
        let template = self.template(&raw.template)?;
        let sampling = self.sampling(raw.sampling)?;
        let benchmarks = self.benchmarks(raw.benchmarks)?;
        let at = raw.shape.span();
        let unpacked = raw.shape.get_ref().unpacked.as_ref().map(|raw| Unpacked {
            kv_heads: raw.kv_heads,
            head_dim_k: raw.head_dim_k,
            head_dim_v: raw.head_dim_v,
        });
        let query_lora = raw.shape.get_ref().query_lora;
        let shape = self.shape(raw.shape.into_inner(), &at)?;
        self.require(
            !raw.file.is_empty(),
            &place,
            "a model needs a `[[model.file]]`",
        )?;
        let mut files: Vec<File> = Vec::new();
        for raw in raw.file {
            let at = raw.get_ref().quant.span();
            let file = self.file(raw)?;
            let new = files.iter().all(|known| known.quant != file.quant);
            self.require(
                new,
                &at,
                &format!("the quantisation `{}` appears twice", file.quant),
            )?;
            self.require(
                !file.unpacked_cache || unpacked.is_some(),
                &at,
                "`unpacked_cache` needs `shape.unpacked`",
            )?;
            files.push(file);
        }
        Ok(Member {
            id: raw.id.into_inner(),
            name: raw.name,
            short: raw.short,
            made_as: raw.made_as,
            repo: raw.repo.into_inner(),
            lineage: raw.lineage,
            parameters,
            active_parameters: active,
            licence: raw.licence,
            base: raw.base,
            base_licence: raw.base_licence,
            template,
            sampling,
            benchmarks,
            files,
            shape,
            unpacked,
            query_lora,
        })
    }

    fn template(&self, raw: &Spanned<String>) -> Result<TemplateKind, CatalogueError> {
        match raw.get_ref().as_str() {
            "r1-distill" => Ok(TemplateKind::R1Distill),
            "r1-0528" => Ok(TemplateKind::R1_0528),
            _ => Err(self.wrong(&raw.span(), "`template` is neither r1-distill nor r1-0528")),
        }
    }

    fn repository(&self, repo: &Spanned<String>) -> Result<(), CatalogueError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let sane =
            |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed);
        let whole = repo.get_ref().split_once('/');
        let holds = whole.is_some_and(|(owner, name)| sane(owner) && sane(name));
        self.require(holds, &repo.span(), "a repository is `owner/name`")
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
            source: raw.source,
        })
    }

    fn shape(&self, raw: RawShape, place: &Range<usize>) -> Result<Geometry, CatalogueError> {
        let Some(architecture) = Architecture::named(&raw.architecture) else {
            return Err(self.wrong(
                place,
                "`architecture` is none of llama, qwen2, qwen3, deepseek2",
            ));
        };
        for (name, value, most) in [
            ("layers", raw.layers, limits::LAYERS),
            ("embedding", raw.embedding, limits::ROW),
            ("feed_forward", raw.feed_forward, limits::ROW),
            ("heads", raw.heads, limits::HEAD),
            ("kv_heads", raw.kv_heads, limits::HEAD),
            ("head_dim_k", raw.head_dim_k, limits::HEAD),
            ("head_dim_v", raw.head_dim_v, limits::HEAD),
            ("context", raw.context, u32::MAX),
            ("vocabulary", raw.vocabulary, 1 << 22),
        ] {
            let holds = (1..=most).contains(&value);
            self.require(
                holds,
                place,
                &format!("`shape.{name}` is not from 1 to {most}"),
            )?;
        }
        self.require(
            raw.dense_layers <= raw.layers,
            place,
            "`dense_layers` is above `layers`",
        )?;
        let attention = match raw.latent {
            None => Attention::Gqa,
            Some(RawLatent { kv_lora, rope }) => {
                let sum = kv_lora.checked_add(rope) == Some(raw.head_dim_k);
                self.require(sum, place, "`head_dim_k` is not kv_lora + rope")?;
                Attention::Mla { kv_lora, rope }
            }
        };
        let experts = match raw.experts {
            None => None,
            Some(raw) => {
                let holds = (1..=limits::EXPERTS).contains(&raw.count)
                    && (1..=raw.count).contains(&raw.used)
                    && (1..=limits::ROW).contains(&raw.feed_forward)
                    && raw.shared <= limits::EXPERTS;
                self.require(holds, place, "`experts` is beyond any model")?;
                Some(Experts {
                    count: raw.count,
                    used: raw.used,
                    shared: raw.shared,
                    feed_forward: raw.feed_forward,
                })
            }
        };
        Ok(Geometry {
            architecture,
            layers: raw.layers,
            mtp_layers: 0,
            embedding: raw.embedding,
            feed_forward: raw.feed_forward,
            dense_layers: raw.dense_layers,
            heads: raw.heads,
            kv_heads: raw.kv_heads,
            head_dim_k: raw.head_dim_k,
            head_dim_v: raw.head_dim_v,
            attention,
            context_trained: raw.context,
            vocabulary: raw.vocabulary,
            experts,
        })
    }

    fn file(&self, raw: Spanned<RawFile>) -> Result<File, CatalogueError> {
        let place = raw.get_ref().quant.span();
        let raw = raw.into_inner();
        let letters = |quant: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            !quant.is_empty() && quant.bytes().all(allowed)
        };
        self.require(
            letters(raw.quant.get_ref()),
            &place,
            "`quant` is of letters, digits, `_` and `-`",
        )?;
        self.repository(&raw.repo)?;
        for revision in [&raw.revision, &raw.modelscope_revision]
            .into_iter()
            .flatten()
        {
            self.require(
                is_hex(revision.get_ref(), 40),
                &revision.span(),
                "a revision is of 40 hex digits",
            )?;
        }
        let size = match (raw.bytes, raw.about_bytes) {
            (Some(bytes), None) => Size::Exact(bytes),
            (None, Some(bytes)) => Size::About(bytes),
            _ => return Err(self.wrong(&place, "a file has either `bytes` or `about_bytes`")),
        };
        let believable = (1 << 20..=1 << 50).contains(&size.bytes());
        self.require(believable, &place, "the size is not from 1 MiB to 1 PiB")?;
        let at = raw.path.span();
        let path = raw.path.into_inner();
        let inside = path.strip_suffix(".gguf").is_some()
            && path
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.'));
        self.require(
            inside,
            &at,
            "`path` is not the path of a .gguf file in a repository",
        )?;
        self.require(
            (1..=PARTS).contains(&raw.parts),
            &place,
            "`parts` is not from 1 to 65,535",
        )?;
        let placed = path.contains("{part}") == (raw.parts > 1);
        self.require(
            placed,
            &at,
            "`path` has {part} where there are several parts, and only there",
        )?;
        let hashes = raw.sha256.len();
        let all = hashes == 0 || hashes == raw.parts as usize;
        self.require(all, &place, "`sha256` has not one entry for each part")?;
        for hash in &raw.sha256 {
            let sane = hash.get_ref().is_empty() || is_hex(hash.get_ref(), 64);
            self.require(
                sane,
                &hash.span(),
                "a sha256 is of 64 lower-case hex digits, or empty",
            )?;
        }
        let parts = (1..=raw.parts)
            .map(|number| Part {
                path: path.replace("{part}", &format!("{number:05}")),
                sha256: raw
                    .sha256
                    .get(number as usize - 1)
                    .map(|hash| hash.get_ref().clone())
                    .filter(|hash| !hash.is_empty()),
            })
            .collect();
        Ok(File {
            quant: raw.quant.into_inner(),
            repo: raw.repo.into_inner(),
            revision: raw.revision.map(Spanned::into_inner),
            parts,
            size,
            modelscope_revision: raw.modelscope_revision.map(Spanned::into_inner),
            unpacked_cache: raw.unpacked_cache,
            default: raw.default,
        })
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == digits && text.bytes().all(lower)
}
