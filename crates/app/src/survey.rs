//! Which R1 runs here: every member of the catalogue and every own file with its plan for this
//! machine, and what to take.
//!
//! Nothing is loaded and nothing fetched. Not here: how any of it is shown.

use std::fmt;
use std::path::{Path, PathBuf};

use fit::bytes::total;
use fit::catalogue::{Catalogue, File, Member, Part};
use fit::{Advice, Anatomy, Ask, Choice, Machine, Plan, Typical, Verdict, advise};
use gguf::{Geometry, Header, Weights};
use library::{Find, Holder, Place};

use crate::failure::{Code, Failure};
use crate::home::Home;
use crate::kin::Stranger;
use crate::machine::{Seen, see};
use crate::model::{Model, devices_key};
use crate::naming::name_of;
use crate::note::Note;
use crate::resident::Outfit;
use crate::state::assert_unlocked;
use crate::stop::Stop;
use crate::{Knowledge, Look};

/// The user's own catalogue in the data folder.
const OWN_CATALOGUE: &str = "models.toml";

/// All that can be told before anything is downloaded.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// The machine that it is told for.
    pub machine: Machine,
    /// What a person should know about how it was seen, the user's own catalogue included.
    pub notes: Vec<Note>,
    /// The family in its order, then own files.
    pub candidates: Vec<Candidate>,
    /// What to take, by places in `candidates`.
    pub advice: Advice,
    /// The time for an answer that the person accepts.
    pub patience_ms: u64,
}

/// A model that could be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id in the catalogue, or the path of an own file.
    pub id: String,
    /// What it is, as the catalogue tells; none for an own file.
    pub member: Option<Member>,
    /// What it is called.
    pub name: String,
    /// The quantisation that is meant, or what an own file says it is; empty where it is not known.
    pub quant: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Where it is on this machine; none before it is fetched.
    pub path: Option<PathBuf>,
    /// The program that holds it, where it is not Spud.
    pub holder: Option<Holder>,
    /// How it would lie in memory.
    pub plan: Plan,
    /// What it is where it is no R1.
    pub stranger: Option<Stranger>,
    /// What is here of each quantisation, in the catalogue's order; none for an own file.
    pub here: Vec<Here>,
}

impl Candidate {
    /// Every file on this machine that is it.
    fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let others = self.here.iter().filter_map(|here| here.path.as_ref());
        self.path.iter().chain(others)
    }

    /// Why the disk does not take the download of a quantisation; none where it does, or where that is
    /// not known.
    pub fn disk_short(&self, machine: &Machine, quant: &str) -> Option<DiskShort> {
        let disk = machine.disk.as_ref()?;
        let here = self.here.iter().find(|here| here.quant == quant)?;
        let rest = here.bytes.saturating_sub(here.taken_bytes);
        let needed = rest.saturating_add(DISK_SPARE_BYTES);
        (here.path.is_none() && disk.free_bytes < needed).then_some(DiskShort {
            needed_bytes: needed,
            free_bytes: disk.free_bytes,
        })
    }
}

/// What is on this machine of one quantisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Which.
    pub quant: String,
    /// Bytes of it.
    pub bytes: u64,
    /// The path that opens it, where it is whole.
    pub path: Option<PathBuf>,
    /// The program that holds it, where it is not Spud.
    pub holder: Option<Holder>,
    /// Bytes of the disk that a download has taken or reserved for it already.
    pub taken_bytes: u64,
}

/// A disk that has too little room for a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskShort {
    /// For the download, and what stays free beside it.
    pub needed_bytes: u64,
    /// Free on the disk.
    pub free_bytes: u64,
}

impl fmt::Display for DiskShort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [needed, free] = [self.needed_bytes, self.free_bytes].map(fit::bytes::human);
        write!(out, "needs {needed} of disk, {free} are free")
    }
}

/// Bytes that a download leaves free on the disk.
const DISK_SPARE_BYTES: u64 = 1 << 30;

/// What is asked of one model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The quantisation; none for the one that suits.
    pub quant: Option<String>,
    /// Tokens of context and type of the cache.
    pub ask: Ask,
}

/// Surveys the family and these own files. Blocks for as long as `look` says.
pub fn survey(
    home: &Home,
    knowledge: &Knowledge,
    look: Look,
    own: &[PathBuf],
    patience_ms: u64,
    stop: &Stop,
) -> Result<Survey, Failure> {
    let seen = see(home, knowledge, look, stop)?;
    Ok(survey_on(home, knowledge, seen, own, patience_ms))
}

/// The same for a machine that was seen already.
pub fn survey_on(
    home: &Home,
    knowledge: &Knowledge,
    seen: Seen,
    own: &[PathBuf],
    patience_ms: u64,
) -> Survey {
    let Seen {
        machine, mut notes, ..
    } = seen;
    let (catalogue, problem) = catalogue(home);
    notes.extend(problem);
    let surveyor = Surveyor::new(home, knowledge, &machine, catalogue);
    let members = surveyor.catalogue.models.iter();
    let mut candidates: Vec<Candidate> = members
        .map(|member| surveyor.best_of(member, Ask::default()))
        .collect();
    let family = candidates.len();
    let known: Vec<&PathBuf> = candidates.iter().flat_map(Candidate::paths).collect();
    let mut rest: Vec<Candidate> = Vec::new();
    for path in own.iter().filter(|path| !known.contains(path)) {
        match surveyor.own(path, Ask::default()) {
            Ok(candidate) => rest.push(candidate),
            // One that is gone is no news.
            Err(failure) if failure.code == Code::ModelMissing => {}
            Err(failure) => notes.push(Note::CannotBeLoaded {
                said: failure.message,
            }),
        }
    }
    rest.extend(surveyor.others(candidates.iter().chain(&rest)));
    candidates.extend(rest);
    let choices: Vec<Choice<'_>> = candidates[..family]
        .iter()
        .filter_map(|candidate| {
            Some(Choice {
                name: &candidate.name,
                score: candidate.member.as_ref()?.benchmarks.gpqa_diamond,
                plan: &candidate.plan,
            })
        })
        .collect();
    let advice = advise(&choices, patience_ms);
    Survey {
        machine,
        notes,
        candidates,
        advice,
        patience_ms,
    }
}

/// One model, by its id in the catalogue or by a path, as it is asked for.
pub fn fit_one(
    home: &Home,
    knowledge: &Knowledge,
    machine: &Machine,
    id: &str,
    question: &Question,
) -> Result<Candidate, Failure> {
    let (catalogue, _) = catalogue(home);
    let surveyor = Surveyor::new(home, knowledge, machine, catalogue);
    let Some(member) = surveyor.catalogue.model(id) else {
        return surveyor.own(Path::new(id), question.ask);
    };
    match &question.quant {
        None => Ok(surveyor.best_of(member, question.ask)),
        Some(quant) => {
            let file = member.file(quant).ok_or_else(|| {
                let all: Vec<&str> = member
                    .files
                    .iter()
                    .map(|file| file.quant.as_str())
                    .collect();
                let message = format!("`{id}` has no quantisation `{quant}`");
                Failure::new(Code::ModelMissing, message)
                    .hint(format!("There are {}.", all.join(", ")))
            })?;
            Ok(surveyor.member(member, file, &surveyor.here(member), question.ask))
        }
    }
}

/// The catalogue with the user's own on top, and what is wrong with that.
pub fn catalogue(home: &Home) -> (Catalogue, Option<Note>) {
    assert_unlocked();
    let built_in = Catalogue::built_in();
    let path = home.data().join(OWN_CATALOGUE);
    let Ok(text) = std::fs::read_to_string(&path) else {
        return (built_in, None);
    };
    match Catalogue::parse(&text) {
        Ok(own) => (built_in.extended_by(own), None),
        Err(error) => {
            let (path, said) = (path.display().to_string(), error.to_string());
            (built_in, Some(Note::CatalogueLeftOut { path, said }))
        }
    }
}

/// How long replies of a file are assumed to be: as its member's, which is known by the file's name.
pub(crate) fn assumed_of(catalogue: &Catalogue, path: &Path) -> Typical {
    let name = path.file_name().and_then(|name| name.to_str());
    let member = name.and_then(|name| catalogue.holding(name));
    member.map_or(Typical::ASSUMED, |member| member.reply)
}

/// The model that a person means: `sprout`, a path, or the id of one whose file lies in the models
/// folder.
pub fn named(home: &Home, typed: &str) -> Result<Model, Failure> {
    let (catalogue, _) = catalogue(home);
    let Some(member) = catalogue.model(typed) else {
        return Ok(Model::parse(typed));
    };
    let folder = home.models();
    let finds = home.finds();
    // The file to take first, else the largest of the others.
    let others = member.files.iter().rev().filter(|file| !file.default);
    let mut files = std::iter::once(member.default_file()).chain(others);
    if let Some(path) = files.find_map(|file| lies(&folder, &finds, file)) {
        let (path, _) = path;
        return Ok(Model::File(path));
    }
    let file = member.default_file();
    let message = format!("`{typed}` is not in `{}`", folder.display());
    let hint = format!(
        "`spud pull {typed}` fetches it; or get {} from {} and put it there.",
        file.name(),
        file.page()
    );
    Err(Failure::new(Code::ModelMissing, message).hint(hint))
}

/// The path that opens a file, where every part of it is on this machine, and whose it is: where a
/// download puts it, put into the models folder by hand under its own name, or held by another
/// program.
pub(crate) fn lies(
    folder: &Path,
    finds: &[Find],
    file: &File,
) -> Option<(PathBuf, Option<Holder>)> {
    let pulled = |part: &Part| Some(Place::new(&file.repo, &part.path).ok()?.within(folder));
    let by_hand = |part: &Part| part.path.rsplit('/').next().map(|name| folder.join(name));
    let all = |place: &dyn Fn(&Part) -> Option<PathBuf>| {
        let mut paths = file.parts.iter().map(place);
        let first = paths.next()??;
        let rest = |path: Option<PathBuf>| path.is_some_and(|path| path.is_file());
        (first.is_file() && paths.all(rest)).then_some(first)
    };
    let ours = all(&pulled).or_else(|| all(&by_hand));
    ours.map(|path| (path, None)).or_else(|| held(finds, file))
}

/// The same among what other programs hold.
fn held(finds: &[Find], file: &File) -> Option<(PathBuf, Option<Holder>)> {
    let (first, rest) = file.parts.split_first()?;
    let mut firsts = finds.iter().filter(|find| is_part(find, first));
    let first = firsts.find(|first| {
        // llama.cpp looks for the others beside the first, under their names.
        let beside = |part: &Part| {
            let name = part.path.rsplit('/').next().unwrap_or_default();
            let path = first.path.with_file_name(name);
            finds
                .iter()
                .any(|find| find.path == path && is_part(find, part))
        };
        rest.iter().all(beside)
    })?;
    Some((first.path.clone(), Some(first.holder)))
}

/// Whether a find is this part: by its hash; by name and exact size where its holder keeps none.
fn is_part(find: &Find, part: &Part) -> bool {
    if let (Some(found), Some(expected)) = (find.sha256, part.sha256) {
        return found == expected;
    }
    let name = part.path.rsplit('/').next();
    let same_name = find.path.file_name().and_then(|name| name.to_str()) == name;
    find.sha256.is_none() && same_name && part.bytes == Some(find.bytes)
}

/// Of what other programs hold, the most headers that are read for one survey.
const OTHERS: usize = 40;

pub(crate) struct Surveyor<'a> {
    outfit: Outfit,
    machine: &'a Machine,
    catalogue: Catalogue,
    /// Where models are.
    models: PathBuf,
    /// What other programs hold.
    finds: Vec<Find>,
}

impl<'a> Surveyor<'a> {
    pub(crate) fn new(
        home: &Home,
        knowledge: &Knowledge,
        machine: &'a Machine,
        catalogue: Catalogue,
    ) -> Self {
        Self {
            catalogue,
            models: home.models(),
            finds: home.finds(),
            outfit: Outfit {
                home: home.clone(),
                knowledge: knowledge.clone(),
            },
            machine,
        }
    }
}

impl Surveyor<'_> {
    /// A member in the quantisation that suits: the default where it runs, else the largest of the
    /// smaller ones that does, else the smallest; before all of them what is here and runs, the default
    /// first and the larger before the smaller.
    fn best_of(&self, member: &Member, ask: Ask) -> Candidate {
        let fits = |candidate: &&Candidate| {
            matches!(
                candidate.plan.verdict,
                Verdict::Comfortable | Verdict::Tight
            )
        };
        let there = self.here(member);
        let in_form = |file| self.member(member, file, &there, ask);
        let first = in_form(member.default_file());
        let runs = fits(&&first);
        if runs && first.path.is_some() {
            return first;
        }
        let whole = there.iter().rev().filter(|here| here.path.is_some());
        let mut here = whole
            .filter_map(|here| member.file(&here.quant))
            .map(in_form);
        if let Some(found) = here.find(|candidate| fits(&candidate)) {
            return found;
        }
        if runs {
            return first;
        }
        let smaller: Vec<Candidate> = member
            .files
            .iter()
            .filter(|file| file.size.bytes() < first.bytes)
            .map(in_form)
            .collect();
        if let Some(found) = smaller.iter().rev().find(fits) {
            return found.clone();
        }
        // Nothing fits: what streams least, else what is nearest to fitting.
        let mut all = smaller;
        all.push(first);
        let best = all
            .iter()
            .min_by_key(|candidate| (candidate.plan.verdict, candidate.bytes))
            .cloned();
        best.expect("BUG: the default is among them")
    }

    /// A member in one quantisation, where so much of it is here.
    fn member(&self, member: &Member, file: &File, here: &[Here], ask: Ask) -> Candidate {
        let own = here.iter().find(|here| here.quant == file.quant.as_str());
        let there = own.and_then(|own| own.path.clone());
        // Once it is there its header tells exactly.
        let header = there.as_ref().and_then(|path| exact(path).ok());
        let present = header.is_some();
        let path = there.unwrap_or_else(|| self.models.join(file.name()));
        let (geometry, weights) =
            header.unwrap_or_else(|| (member.geometry(file), member.weights(file)));
        Candidate {
            id: member.id.clone(),
            name: member.name.clone(),
            member: Some(member.clone()),
            quant: file.quant.to_string(),
            bytes: file.size.bytes(),
            stranger: None,
            plan: self.plan_for(
                Anatomy {
                    geometry: &geometry,
                    weights: &weights,
                },
                &path,
                ask,
                member.reply,
            ),
            path: present.then_some(path),
            holder: own.and_then(|own| own.holder),
            here: here.to_vec(),
        }
    }

    /// What is here of each quantisation.
    fn here(&self, member: &Member) -> Vec<Here> {
        member.files.iter().map(|file| self.here_of(file)).collect()
    }

    fn here_of(&self, file: &File) -> Here {
        let (path, holder) = lies(&self.models, &self.finds, file).unzip();
        let taken = |part: &Part| {
            let place = Place::new(&file.repo, &part.path).ok()?;
            Some(library::taken(&self.models, &place, part.sha256.as_ref()))
        };
        Here {
            quant: file.quant.to_string(),
            bytes: file.size.bytes(),
            path,
            holder: holder.flatten(),
            taken_bytes: total(file.parts.iter().filter_map(taken)),
        }
    }

    /// R1s of other programs that are none of the catalogue's files.
    fn others<'b>(&self, known: impl Iterator<Item = &'b Candidate>) -> Vec<Candidate> {
        let known: Vec<&PathBuf> = known.flat_map(Candidate::paths).collect();
        let finds = self
            .finds
            .iter()
            .filter(|find| !known.contains(&&find.path));
        let others = finds.take(OTHERS).filter_map(|find| {
            let header = Header::read_file(&find.path).ok()?;
            let is_r1 = header.chat_template().is_some() && Stranger::of(&header).is_none();
            is_r1.then_some(())?;
            Some(Candidate {
                holder: Some(find.holder),
                ..self.own(&find.path, Ask::default()).ok()?
            })
        });
        others.collect()
    }

    fn own(&self, path: &Path, ask: Ask) -> Result<Candidate, Failure> {
        let header = Header::read_file(path).map_err(|error| Failure::from(&error))?;
        let (geometry, weights) = anatomy_of(&header)?;
        let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
        Ok(Candidate {
            id: path.display().to_string(),
            member: None,
            name: name_of(&self.catalogue, path, &header),
            quant: header.file_type().unwrap_or_default().to_owned(),
            bytes,
            stranger: Stranger::of(&header),
            plan: self.plan_for(
                Anatomy {
                    geometry: &geometry,
                    weights: &weights,
                },
                path,
                ask,
                Typical::ASSUMED,
            ),
            path: Some(path.to_owned()),
            holder: None,
            here: Vec::new(),
        })
    }

    /// Where models are.
    pub(crate) fn models(&self) -> &Path {
        &self.models
    }

    /// How a model that is none of the catalogue's would lie in memory; what was learned goes by its
    /// path.
    pub(crate) fn plan(&self, anatomy: Anatomy<'_>, path: &Path, ask: Ask) -> Plan {
        self.plan_for(anatomy, path, ask, Typical::ASSUMED)
    }

    fn plan_for(&self, anatomy: Anatomy<'_>, path: &Path, ask: Ask, assumed: Typical) -> Plan {
        let on = |devices: &str| {
            let correction = self.outfit.correction(devices, path, assumed);
            fit::plan(anatomy, self.machine, ask, &correction)
        };
        let plan = on(&machine::identity(self.machine));
        if plan.placement.gpus.is_empty() {
            return plan;
        }
        on(&devices_key(self.machine, &plan))
    }
}

/// Of a model that can be loaded.
fn exact(path: &Path) -> Result<(Geometry, Weights), Failure> {
    anatomy_of(&Header::read_file(path).map_err(|error| Failure::from(&error))?)
}

fn anatomy_of(header: &Header) -> Result<(Geometry, Weights), Failure> {
    let geometry = header.runnable().map_err(|error| Failure::from(&error))?;
    Ok((geometry, header.weights()))
}
