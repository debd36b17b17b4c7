//! A model that the catalogue does not know: any GGUF of a repository of the hub, judged by its
//! remote header before it is fetched.

use std::collections::BTreeMap;

use fit::bytes::total;
use fit::{Anatomy, Machine};
use gguf::Header;
use library::{HubFile, Net, Pace, Place, Wanted};

use super::{Hub, Pulling, unreachable};
use crate::Knowledge;
use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::naming::said_by;
use crate::open::blocking;
use crate::stop::Stop;
use crate::survey::{Candidate, Surveyor, catalogue};

/// What is taken where several are there and none was named.
const USUAL: &str = "Q4_K_M";

/// A repository, and one of its models by its quantisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    name: String,
    quant: Option<String>,
}

impl Repository {
    /// Reads `owner/name` or `owner/name:quant`; none where it cannot be one.
    pub(super) fn parse(typed: &str, quant: Option<&str>) -> Option<Self> {
        let (name, tag) = match typed.split_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (typed, None),
        };
        Place::new(name, "model.gguf").ok()?;
        Some(Self {
            name: name.to_owned(),
            quant: tag.or(quant).map(str::to_owned),
        })
    }

    /// Lists it, chooses, judges the header, and gives what is to be fetched.
    pub(super) async fn resolve(
        &self,
        net: &Net,
        hubs: &[Hub],
        (home, machine): (&Home, &Machine),
        stop: &mut Stop,
        tell: &mut impl FnMut(Pulling),
    ) -> Result<(Candidate, Vec<Wanted>), Failure> {
        let hub = hubs.iter().find_map(Hub::that_lists).ok_or_else(|| {
            let message = format!("no hub that is asked lists the files of `{}`", self.name);
            Failure::new(Code::Download, message)
        })?;
        let host = hub.host_str().unwrap_or_default().to_owned();
        tell(Pulling::Asking { host });
        let pace = Pace::default();
        let asking = async {
            let listed = library::list(net, hub, &self.name, "main", &pace, |pause| {
                tell(Pulling::Waiting(pause));
            });
            let listed = listed.await;
            let listed = listed.map_err(|error| super::refused(&error))?;
            let (quant, files) = self.choose(&listed)?;
            let parts = self.wanted(&files, hub)?;
            let header = header(net, &parts, &pace, tell).await?;
            Ok::<_, Failure>((quant, parts, header))
        };
        let (quant, parts, header) = tokio::select! {
            () = stop.asked() => {
                let message = format!("the download of `{}` was stopped", self.name);
                return Err(Failure::new(Code::Stopped, message));
            }
            asked = asking => asked?,
        };
        let geometry = header.geometry().map_err(|error| Failure::from(&error))?;
        let weights = header.weights();
        let (home, machine) = (home.clone(), machine.clone());
        let place = parts[0].place.clone();
        // The folders are looked at, and what was learned is read.
        let plan = blocking(move || {
            let surveyor =
                Surveyor::new(&home, &Knowledge::of(&home), &machine, catalogue(&home).0);
            let path = place.within(surveyor.models());
            let anatomy = Anatomy {
                geometry: &geometry,
                weights: &weights,
            };
            Ok(surveyor.plan(anatomy, &path))
        });
        let candidate = Candidate {
            id: format!("{}:{quant}", self.name),
            member: None,
            name: said_by(&header).unwrap_or_else(|| self.name.clone()),
            quant,
            bytes: total(parts.iter().map(|part| part.bytes)),
            plan: plan.await?,
            path: None,
            holder: None,
            here: Vec::new(),
        };
        Ok((candidate, parts))
    }

    /// The files of the quantisation that is meant, in their order.
    fn choose<'a>(&self, listed: &'a [HubFile]) -> Result<(String, Vec<&'a HubFile>), Failure> {
        let mut sets: BTreeMap<String, Vec<&HubFile>> = BTreeMap::new();
        for file in listed {
            if let Some(quant) = quant_of(&file.path) {
                sets.entry(quant).or_default().push(file);
            }
        }
        let all = || sets.keys().cloned().collect::<Vec<_>>().join(", ");
        let missing = |message: String| Failure::new(Code::ModelMissing, message);
        if sets.is_empty() {
            return Err(missing(format!("`{}` has no GGUF files", self.name))
                .hint("A repository with quantised files mostly ends in `-GGUF`."));
        }
        let wanted = match &self.quant {
            Some(quant) => sets.keys().find(|known| known.eq_ignore_ascii_case(quant)),
            None if sets.len() == 1 => sets.keys().next(),
            None => sets.keys().find(|known| known.as_str() == USUAL),
        };
        let Some(quant) = wanted.cloned() else {
            let message = match &self.quant {
                Some(quant) => format!("`{}` has no quantisation `{quant}`", self.name),
                None => format!("`{}` has several quantisations, but no {USUAL}", self.name),
            };
            return Err(missing(message).hint(format!(
                "Name one as `{}:QUANT`: {}.",
                self.name,
                all()
            )));
        };
        let mut files = sets.remove(&quant).unwrap_or_default();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        if files.len() > 1 && !is_set(&files) {
            let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
            let message = format!(
                "`{}` has several files of {quant}: {}",
                self.name,
                names.join(", ")
            );
            return Err(missing(message)
                .hint("Download the one you mean with a browser, then `spud import` it."));
        }
        Ok((quant, files))
    }

    fn wanted(&self, files: &[&HubFile], hub: &url::Url) -> Result<Vec<Wanted>, Failure> {
        let wanted = files.iter().map(|file| {
            let bad = |message: String| Failure::new(Code::Download, message);
            let place =
                Place::new(&self.name, &file.path).map_err(|error| bad(error.to_string()))?;
            let sha256 = file.sha256.ok_or_else(|| {
                bad(format!("the hub does not tell the hash of `{}`", file.path))
                    .hint("Without it a download cannot be checked.")
            })?;
            let mut url = hub.clone();
            {
                let mut path = url
                    .path_segments_mut()
                    .map_err(|()| bad(format!("`{hub}` is no address of a hub")))?;
                path.pop_if_empty().extend(self.name.split('/'));
                path.extend(["resolve", "main"])
                    .extend(file.path.split('/'));
            }
            Ok(Wanted {
                place,
                bytes: file.bytes,
                sha256,
                sources: vec![url],
            })
        });
        wanted.collect()
    }
}

/// The header of a model that is not here, all parts together.
async fn header(
    net: &Net,
    parts: &[Wanted],
    pace: &Pace,
    tell: &mut impl FnMut(Pulling),
) -> Result<Header, Failure> {
    let mut headers = Vec::new();
    for part in parts {
        // A broken header is found as early as a good one.
        let enough = |start: &[u8]| Header::parse_start(start, part.bytes).transpose();
        let waits = |pause| tell(Pulling::Waiting(pause));
        let read = library::read_start(net, part, pace, waits, enough).await;
        let found = read.map_err(|failures| unreachable(part, &failures))?;
        let found = found.ok_or_else(|| {
            let message = format!("the header of `{}` has no end", part.place.file());
            Failure::new(Code::ModelBroken, message)
        })?;
        headers.push(found.map_err(|error| Failure::from(&error))?);
    }
    let mut headers = headers.into_iter();
    let mut first = headers.next().expect("BUG: a set has a first part");
    first.join(headers).map_err(|error| Failure::from(&error))?;
    Ok(first)
}

/// The quantisation in a GGUF's name, such as `UD-Q4_K_XL` of `R1-UD-Q4_K_XL-00001-of-00008.gguf`;
/// the whole stem where it has none. None for what is no model.
fn quant_of(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let stem = name.strip_suffix(".gguf")?;
    let lower = stem.to_ascii_lowercase();
    // Parts that see or weigh, not models.
    if lower.contains("mmproj") || lower.contains("imatrix") {
        return None;
    }
    let (stem, _) = part_of(stem).unwrap_or((stem, 0));
    let words: Vec<&str> = stem.split(['-', '.']).collect();
    let Some(place) = words.iter().rposition(|word| is_quant(word)) else {
        return Some(stem.to_owned());
    };
    let dynamic = place > 0 && words[place - 1] == "UD";
    let quant = words[place].to_ascii_uppercase();
    Some(if dynamic {
        format!("UD-{quant}")
    } else {
        quant
    })
}

fn is_quant(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    let counted = |rest: &str| rest.starts_with(|char: char| char.is_ascii_digit());
    let kinds = ["IQ", "TQ", "Q"];
    let kind = kinds.iter().find_map(|kind| word.strip_prefix(kind));
    kind.is_some_and(counted) || matches!(word.as_str(), "F16" | "BF16" | "F32" | "MXFP4")
}

/// `name` and the number of `name-00002-of-00009`.
fn part_of(stem: &str) -> Option<(&str, u32)> {
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (name, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(count) && digits(number)).then(|| Some((name, number.parse().ok()?)))?
}

/// Whether these are the parts of one set, from 1, none missing.
fn is_set(files: &[&HubFile]) -> bool {
    let mut names = files.iter().map(|file| {
        let stem = file.path.strip_suffix(".gguf").unwrap_or(&file.path);
        part_of(stem)
    });
    let first = names.next().flatten();
    let Some((name, 1)) = first else {
        return false;
    };
    (2..)
        .zip(names)
        .all(|(number, found)| found == Some((name, number)))
}

#[cfg(test)]
mod tests {
    use super::{Repository, quant_of};

    #[test]
    fn quantisations_are_read_from_names() {
        for (name, quant) in [
            ("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", Some("Q4_K_M")),
            ("deepseek-r1.q8_0.gguf", Some("Q8_0")),
            ("UD/R1-0528-UD-IQ1_S-00001-of-00004.gguf", Some("UD-IQ1_S")),
            ("R1-BF16/R1.BF16-00030-of-00030.gguf", Some("BF16")),
            ("model.gguf", Some("model")),
            ("mmproj-f16.gguf", None),
            ("README.md", None),
        ] {
            assert_eq!(quant_of(name).as_deref(), quant, "{name}");
        }
    }

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        let read = |typed| Repository::parse(typed, None);
        let found = read("unsloth/R1-GGUF:Q4_K_M").unwrap();
        assert_eq!(found.quant.as_deref(), Some("Q4_K_M"));
        assert!(read("unsloth/R1-GGUF").unwrap().quant.is_none());
        for typed in [
            "r1-distill-qwen-7b",
            "../x",
            "/etc/passwd",
            "a/b/c",
            "a/..",
            "",
        ] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
