//! The models in a repository's list of files: which files belong together, what each is called, and which
//! one a person means.
//!
//! By their names alone; what a model is tells its header. Not here: quantisations in names (`quant`).

use library::HubFile;

use super::address::{Address, Which};
use super::quant::spelled;

/// What is taken where several are there and none was named.
const USUAL: &str = "Q4_K_M";

const ENDING: &str = ".gguf";

/// A model of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Its quantisation, or its name where that tells none.
    pub(crate) quant: String,
    /// Whether an importance matrix is told by `i1-`.
    weighed: bool,
    /// What else tells it from others of the repository: its path without the quantisation.
    pub(crate) base: String,
    /// Its files, in their order.
    pub(crate) files: Vec<HubFile>,
    /// How many there should be.
    pub(crate) parts: usize,
}

impl Offer {
    /// Bytes of all its files.
    pub(crate) fn bytes(&self) -> u64 {
        fit::bytes::total(self.files.iter().map(|file| file.bytes))
    }

    /// The path of the file that opens it.
    pub(crate) fn path(&self) -> &str {
        self.files.first().map_or("", |file| &file.path)
    }

    fn is_whole(&self) -> bool {
        self.files.len() == self.parts
    }
}

/// What a repository holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offers {
    /// The models that can be fetched, the smallest first.
    pub(crate) whole: Vec<Offer>,
    /// Sets of which parts are missing there.
    cut: Vec<Offer>,
    /// Models that were cut in pieces in a way that has to be undone by hand.
    pieces: Vec<HubFile>,
}

/// Why none is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotChosen {
    /// There is no model in it.
    NoModels,
    /// None is what was asked for.
    NoSuch,
    /// Several are.
    Several(Vec<Offer>),
    /// It is there in old pieces alone, of which this is one.
    Pieces(String),
    /// Parts of it are missing there.
    Cut(Offer),
    /// The file is there, and is no model but something beside one.
    Beside(String),
}

impl Offers {
    /// Sorts a list of files into models.
    pub(crate) fn of(listed: &[HubFile]) -> Self {
        let mut offers = Self::default();
        let mut all: Vec<Offer> = Vec::new();
        for file in listed.iter().filter(|file| is_within(&file.path)) {
            if is_piece(&file.path) {
                offers.pieces.push(file.clone());
                continue;
            }
            let Some(named) = Named::of(&file.path) else {
                continue;
            };
            let same = |offer: &&mut Offer| {
                named.count > 1
                    && (&offer.quant, &offer.base, offer.parts)
                        == (&named.quant, &named.base, named.count)
                    && folder(offer.path()) == folder(&file.path)
            };
            match all.iter_mut().find(same) {
                Some(offer) => offer.files.push(file.clone()),
                None => all.push(Offer {
                    quant: named.quant,
                    weighed: named.weighed,
                    base: named.base,
                    files: vec![file.clone()],
                    parts: named.count,
                }),
            }
        }
        for offer in &mut all {
            offer.files.sort_by(|one, other| one.path.cmp(&other.path));
            offer.files.dedup_by(|one, other| one.path == other.path);
        }
        all.sort_by(|one, other| (one.bytes(), one.path()).cmp(&(other.bytes(), other.path())));
        (offers.whole, offers.cut) = all.into_iter().partition(Offer::is_whole);
        offers
    }

    /// The one that is meant.
    pub(crate) fn choose(&self, which: &Which, listed: &[HubFile]) -> Result<&Offer, NotChosen> {
        match which {
            Which::File(path) => self.by_file(path, listed),
            Which::Quant(name) => self.by_name(name),
            Which::Usual => self.usual(),
        }
    }

    fn usual(&self) -> Result<&Offer, NotChosen> {
        if let [only] = &self.whole[..] {
            return Ok(only);
        }
        if self.whole.is_empty() {
            return Err(match (self.pieces.first(), self.cut.first()) {
                (_, Some(cut)) => NotChosen::Cut(cut.clone()),
                (Some(piece), None) => NotChosen::Pieces(piece.path.clone()),
                (None, None) => NotChosen::NoModels,
            });
        }
        let usual: Vec<&Offer> = self
            .whole
            .iter()
            .filter(|offer| offer.quant == USUAL)
            .collect();
        match usual[..] {
            [only] => Ok(only),
            [] => Err(NotChosen::Several(self.whole.clone())),
            _ => Err(NotChosen::Several(usual.into_iter().cloned().collect())),
        }
    }

    fn by_name(&self, name: &str) -> Result<&Offer, NotChosen> {
        let asked = spelled(name);
        let whole = asked
            .as_ref()
            .is_some_and(|asked| asked.place == (0..name.len()));
        let found = |is_it: &dyn Fn(&Offer) -> bool| -> Vec<&Offer> {
            self.whole.iter().filter(|offer| is_it(offer)).collect()
        };
        let same_name = |offer: &Offer| offer.quant.eq_ignore_ascii_case(name);
        let within = |offer: &Offer| {
            let path = offer.path().to_lowercase();
            path.contains(&name.to_lowercase())
        };
        let in_folder = |offer: &Offer| {
            let rest = offer.path().strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let ways: [&dyn Fn(&Offer) -> bool; 6] = [
            // `i1-` tells which of two is meant.
            &|offer| {
                asked.as_ref().is_some_and(|asked| {
                    whole && offer.quant == asked.quant && (offer.weighed || !asked.weighed)
                })
            },
            &same_name,
            // The dynamic one, where there is no other of the kind.
            &|offer| {
                asked.as_ref().is_some_and(|asked| {
                    whole && offer.quant.strip_prefix("UD-") == Some(asked.quant.as_str())
                })
            },
            // `Q8`, where there is one of the kind.
            &|offer| {
                asked.as_ref().is_some_and(|asked| {
                    let rest = offer.quant.strip_prefix(asked.quant.as_str());
                    whole && rest.is_some_and(|rest| rest.starts_with('_'))
                })
            },
            // A folder, or a word of the name.
            &in_folder,
            &|offer| !whole && within(offer),
        ];
        for way in ways {
            match found(way)[..] {
                [] => {}
                [only] => return Ok(only),
                ref several => {
                    return Err(NotChosen::Several(
                        several.iter().map(|one| (*one).clone()).collect(),
                    ));
                }
            }
        }
        let quant = asked.map_or_else(|| name.to_owned(), |asked| asked.quant);
        let is_it = |path: &str| spelled(path).is_some_and(|found| found.quant == quant);
        if let Some(cut) = self.cut.iter().find(|offer| offer.quant == quant) {
            return Err(NotChosen::Cut(cut.clone()));
        }
        if let Some(piece) = self.pieces.iter().find(|file| is_it(&file.path)) {
            return Err(NotChosen::Pieces(piece.path.clone()));
        }
        if self.whole.is_empty() {
            return Err(NotChosen::NoModels);
        }
        Err(NotChosen::NoSuch)
    }

    fn by_file(&self, path: &str, listed: &[HubFile]) -> Result<&Offer, NotChosen> {
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let ways: [&dyn Fn(&str) -> bool; 4] = [
            &|found| found == path,
            &|found| found == decoded,
            &|found| found.eq_ignore_ascii_case(path),
            // A name alone, where one folder only has it.
            &|found| !path.contains('/') && last(found) == path,
        ];
        for way in ways {
            let has_it = |offer: &&Offer| offer.files.iter().any(|file| way(&file.path));
            let found: Vec<&Offer> = self.whole.iter().filter(has_it).collect();
            match found[..] {
                [] => {}
                [only] => return Ok(only),
                _ => return Err(NotChosen::Several(found.into_iter().cloned().collect())),
            }
            if let Some(cut) = self.cut.iter().find(has_it) {
                return Err(NotChosen::Cut(cut.clone()));
            }
            if let Some(piece) = self.pieces.iter().find(|file| way(&file.path)) {
                return Err(NotChosen::Pieces(piece.path.clone()));
            }
            if let Some(beside) = listed.iter().find(|file| way(&file.path)) {
                return Err(NotChosen::Beside(beside.path.clone()));
            }
        }
        // `Q4_K_M.gguf` is no file's name where files are called after the model.
        match without_ending(path) {
            Some(stem) if spelled(stem).is_some_and(|found| found.place == (0..stem.len())) => {
                self.by_name(stem)
            }
            _ => Err(NotChosen::NoSuch),
        }
    }

    /// How a person can name one, as shortly as it tells it from all others.
    pub(crate) fn named(&self, address: &Address, offer: &Offer) -> String {
        let alone = |is_it: &dyn Fn(&&Offer) -> bool| self.whole.iter().filter(is_it).count() == 1;
        if alone(&|other| other.quant == offer.quant) {
            address.with(&offer.quant)
        } else {
            address.with(offer.path())
        }
    }
}

/// What a path tells.
struct Named {
    quant: String,
    weighed: bool,
    base: String,
    count: usize,
}

impl Named {
    /// None for what is no model.
    fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        let stem = without_ending(name)?;
        let (stem, count) = match part_of(stem) {
            Some((stem, _, count)) => (stem, count),
            None => (stem, 1),
        };
        let lower = stem.to_ascii_lowercase();
        let found = spelled(stem);
        // What sees, hears, drafts or weighs beside a model.
        let mut words = lower.split(['-', '_', '.', ' ']);
        let beside = words.any(|word| ["mmproj", "dflash", "eagle3"].contains(&word))
            || [
                "mmproj",
                "mm-proj",
                "mtp-",
                "mtp_",
                "ggml-vocab-",
                "imatrix",
            ]
            .iter()
            .any(|start| lower.starts_with(start))
            || (found.is_none() && lower.contains("imatrix"));
        if beside {
            return None;
        }
        if let Some(found) = found {
            let base = format!("{}{}", &stem[..found.place.start], &stem[found.place.end..]);
            return Some(Self {
                quant: found.quant,
                weighed: found.weighed,
                base: base
                    .trim_matches(['-', '_', '.', ' ', '(', ')', '[', ']'])
                    .to_owned(),
                count,
            });
        }
        // The folder tells it for all that lies in it.
        let folders = folder(path).split('/').rev();
        let of_folder = folders.map(spelled).find(Option::is_some).flatten();
        Some(Self {
            weighed: of_folder.as_ref().is_some_and(|found| found.weighed),
            quant: of_folder.map_or_else(|| stem.to_owned(), |found| found.quant),
            base: stem.to_owned(),
            count,
        })
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn without_ending(name: &str) -> Option<&str> {
    let (stem, ending) = name.split_at_checked(name.len().checked_sub(ENDING.len())?)?;
    ending.eq_ignore_ascii_case(ENDING).then_some(stem)
}

/// Whether a path stays in its repository, and nothing of it is hidden.
fn is_within(path: &str) -> bool {
    !path.contains('\\')
        && path
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.'))
}

/// Whether it is a piece that has to be joined to others by hand: `.gguf.part1of2`, `.gguf-split-a`,
/// `.part1of2.gguf`, `.gguf.001`, `.gguf.00001-of-00002`.
fn is_piece(path: &str) -> bool {
    let name = path
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if let Some((_, rest)) = name.rsplit_once(ENDING)
        && !rest.is_empty()
    {
        let rest = rest.trim_start_matches(['.', '-', '_']);
        let number = rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_digit());
        let letters = rest.len() == 2 && rest.starts_with('a');
        return rest.starts_with("part") || rest.starts_with("split") || number || letters;
    }
    let stem = without_ending(&name).unwrap_or_default();
    let last = stem.rsplit(['.', '-']).next().unwrap_or_default();
    let of = last
        .strip_prefix("part")
        .and_then(|rest| rest.split_once("of"));
    of.is_some_and(|(one, all)| {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits(one) && digits(all)
    })
}

/// `name`, number and count of `name-00002-of-00009`.
fn part_of(stem: &str) -> Option<(&str, usize, usize)> {
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (name, number) = rest.rsplit_once('-')?;
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !(digits(count) && digits(number)) {
        return None;
    }
    let (number, count) = (number.parse().ok()?, count.parse().ok()?);
    ((1..=count).contains(&number) && count > 1).then_some((name, number, count))
}
