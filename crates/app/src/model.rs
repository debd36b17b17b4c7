//! A model as the user names it: Sprout, or a GGUF file; and what is known before it is loaded.

use std::fmt;
use std::path::{Path, PathBuf};

use engine::message::Attention;
use engine::prompt::{OwnTemplate, Shape, Template, learn};
use fit::bytes::total;
use fit::{Anatomy, Ask, Correction, KvType, Machine, Plan, TINY_BYTES, Tuned, Typical};
use gguf::{Geometry, Header, Weights};

use crate::failure::{Cause, Code, Failure, file_name};
use crate::kin::{Stranger, knows_its_words};
use crate::machine::{Look, see};
use crate::naming::name_of;
use crate::resident::Outfit;
use crate::shipped::shipped;
use crate::stop::Stop;
use crate::survey::{assumed_of, catalogue};

/// How the built-in model is named in calls and on disk.
pub const SPROUT: &str = "sprout";

/// File name of the built-in model.
const SPROUT_FILE: &str = "sprout.gguf";

/// A model that somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Model {
    /// The built-in practice model.
    Sprout,
    /// A GGUF file, or the first part of a split set.
    File(PathBuf),
}

impl Model {
    /// From what a person typed or the settings hold: `sprout`, or a path, which becomes absolute
    /// so that it means the same after a restart elsewhere.
    pub fn parse(id: &str) -> Self {
        if id == SPROUT {
            return Self::Sprout;
        }
        let path = match id.strip_prefix("~/").zip(directories::BaseDirs::new()) {
            Some((rest, user)) => user.home_dir().join(rest),
            None => PathBuf::from(id),
        };
        Self::File(std::path::absolute(&path).unwrap_or(path))
    }

    /// The file that holds it.
    pub fn path(&self) -> Result<PathBuf, Failure> {
        match self {
            Self::File(path) => Ok(path.clone()),
            Self::Sprout => {
                let program = std::env::current_exe().unwrap_or_default();
                shipped(&program, SPROUT_FILE, SPROUT).ok_or_else(|| {
                    let message = format!("the built-in model `{SPROUT_FILE}` is missing");
                    Failure::new(Code::ModelMissing, message).hint(crate::failure::REINSTALL)
                })
            }
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sprout => out.write_str(SPROUT),
            Self::File(path) => path.display().fmt(out),
        }
    }
}

/// What a person wants of a load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// Tokens of context.
    pub(crate) context: Option<u32>,
    /// How the cache is stored.
    pub(crate) cache: Option<KvType>,
    /// Bytes that will be given back before it is loaded.
    pub(crate) given_back: u64,
    /// The processor alone shall compute.
    pub(crate) processor: bool,
}

/// What a model's file says and what it will take, known before anything is loaded.
#[derive(Debug, Clone)]
pub(crate) struct Preflight {
    /// The file.
    pub(crate) path: PathBuf,
    /// What it is called.
    pub(crate) name: String,
    /// Its shape.
    pub(crate) geometry: Geometry,
    /// Its weights by their place.
    pub(crate) weights: Weights,
    /// Whether it has a whole layer that predicts further tokens.
    pub(crate) drafts: bool,
    /// The shape of its prompts.
    pub(crate) shape: Shape,
    /// What it is where it is no R1.
    pub(crate) stranger: Option<Stranger>,
    /// The machine that the plan is for.
    pub(crate) machine: Machine,
    /// Devices, memory, context.
    pub(crate) plan: Plan,
    /// How it computes fastest here, once that was measured.
    pub(crate) tuned: Option<Tuned>,
    /// A smaller model that drafts for it; looked for when it is loaded.
    pub(crate) draft: Option<Draft>,
}

/// A smaller model that drafts for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Its file.
    pub(crate) path: PathBuf,
    /// Bytes of memory that it takes, as planned.
    pub(crate) bytes: u64,
}

impl Preflight {
    pub(crate) fn anatomy(&self) -> Anatomy<'_> {
        Anatomy {
            geometry: &self.geometry,
            weights: &self.weights,
        }
    }

    /// Under which names replies of this model on these devices are remembered; none for a tiny
    /// one, whose clock is not the memory's.
    pub(crate) fn keys(&self) -> Option<(String, String)> {
        let model = self.path.file_name()?.to_string_lossy().into_owned();
        let telling = self.anatomy().weights_bytes() >= TINY_BYTES;
        telling.then(|| (devices_key(&self.machine, &self.plan), model))
    }

    /// Threads that write, where nobody chose their number.
    pub(crate) fn threads(&self) -> u32 {
        self.tuned.map_or(self.plan.threads, |tuned| tuned.threads)
    }

    /// Tokens of a prompt at once with which attention may be plain; none where it has to be flash.
    pub(crate) fn plain_batch(&self) -> Option<u32> {
        // What predicts would need scores of its own.
        let plain = fit::plain_batch(&self.geometry, &self.plan, self.draft_bytes());
        plain.filter(|_| !self.predicts())
    }

    fn draft_bytes(&self) -> u64 {
        self.draft.as_ref().map_or(0, |draft| draft.bytes)
    }

    /// Bytes of the machine's memory that it takes once it is loaded: the plan, and what comes beside it.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let scores = match self.attention() {
            (Attention::Plain, batch) => fit::plain_bytes(&self.geometry, &self.plan, batch),
            (Attention::Flash, _) => 0,
        };
        let predicting = if self.predicts() {
            self.predicting_bytes()
        } else {
            0
        };
        let beside = scores.saturating_add(predicting);
        let beside = beside.saturating_add(self.draft_bytes());
        self.plan.memory_bytes().saturating_add(beside)
    }

    /// How attention is computed, and tokens of a prompt at once with it.
    pub(crate) fn attention(&self) -> (Attention, u32) {
        let pays = self.tuned.is_some_and(|tuned| self.plain_pays(&tuned));
        match self.plain_batch().filter(|_| pays) {
            Some(batch) => (Attention::Plain, batch),
            None => (Attention::Flash, self.plan.batch),
        }
    }

    /// Whether plain attention is worth its memory by these measurements, for replies as they were so
    /// far.
    pub(crate) fn plain_pays(&self, tuned: &Tuned) -> bool {
        let estimate = self.plan.estimate;
        let usual = estimate.map_or(Typical::ASSUMED, |estimate| estimate.typical);
        let layers = self.geometry.layers;
        tuned
            .attention
            .is_some_and(|costs| costs.plain_pays(layers, &usual))
    }

    /// Whether the layers that predict further tokens are loaded too, to draft with: where the file
    /// has some and the machine's memory has room for them beside the plan. Untried on GPUs.
    pub(crate) fn predicts(&self) -> bool {
        let plan = &self.plan;
        let (Some(memory), true) = (plan.shares.first(), plan.placement.gpus.is_empty()) else {
            return false;
        };
        let needed = plan.memory_bytes().saturating_add(self.predicting_bytes());
        self.drafts && !plan.mapped && needed <= memory.available_bytes
    }

    /// Bytes that the layers take which predict further tokens.
    fn predicting_bytes(&self) -> u64 {
        let geometry = &self.geometry;
        let Some(memory) = self.plan.shares.first() else {
            return 0;
        };
        let trunk = usize::try_from(geometry.layers).unwrap_or(usize::MAX);
        let layers = self.weights.layers.iter().skip(trunk);
        let weights = total(layers.flat_map(|layer| [layer.dense_bytes, layer.expert_bytes]));
        // Its cache is one layer's, and its buffers are no larger than the trunk's.
        let layers = u64::from(geometry.layers.max(1));
        let cache = (memory.cache_bytes / layers).saturating_mul(geometry.mtp_layers.into());
        weights
            .saturating_add(cache)
            .saturating_add(memory.compute_bytes)
    }

    /// The failure of a plan that does not fit.
    pub(crate) fn too_big(&self) -> Failure {
        let message = format!(
            "`{}` {} (with a context of {} tokens)",
            self.path.display(),
            self.plan.sentence(&self.machine),
            self.plan.context,
        );
        Failure::new(Code::ModelTooBig, message)
            .hint("`spud models` tells which R1 runs here.")
            .cause(Cause::TooBig {
                file: file_name(&self.path),
                needed_bytes: self.plan.needed_bytes(),
                free_bytes: self.plan.available_bytes(),
            })
    }

    /// What became of the settings after a load failed.
    pub(crate) fn changed(&self) -> Failure {
        let plan = &self.plan;
        let place = match plan.placement.gpus.as_slice() {
            [] => "on the processor".to_owned(),
            gpus => format!(
                "with {} of {} layers on {}",
                plan.placement.gpu_layers,
                plan.layers,
                gpus.join(" and ")
            ),
        };
        let message = format!(
            "The load failed; trying smaller settings: {} tokens of context, {place}",
            fit::words::thousands(plan.context)
        );
        Failure::new(Code::ModelTooBig, message).cause(Cause::Smaller {
            context: plan.context.into(),
            gpu_layers: plan.placement.gpu_layers.into(),
            layers: plan.layers.into(),
        })
    }
}

/// A name for what computes by a plan.
pub(crate) fn devices_key(machine: &Machine, plan: &Plan) -> String {
    let mut key = machine::identity(machine);
    for name in &plan.placement.gpus {
        let gpu = machine.gpus.iter().find(|gpu| gpu.name == *name);
        key.push_str(" + ");
        key.push_str(gpu.map_or(name, |gpu| &gpu.description));
    }
    key
}

/// Reads a model's header and plans it, for the machine as it is now or for `machine`. Reads from
/// disk; takes milliseconds, and some fifty more where there are GPUs to ask.
pub(crate) fn preflight(
    model: &Model,
    wish: Wish,
    machine: Option<Machine>,
    outfit: &Outfit,
    stop: &Stop,
) -> Result<Preflight, Failure> {
    let path = model.path()?;
    let header = Header::read_file(&path).map_err(|error| Failure::from(&error))?;
    // Before the engine sees it, which ends its process over much of what is refused here by name.
    let geometry = header.runnable().map_err(|error| Failure::from(&error))?;
    let weights = header.weights();
    let anatomy = Anatomy {
        geometry: &geometry,
        weights: &weights,
    };
    let machine = match machine {
        Some(machine) => machine,
        None => outfit.machine_for(anatomy.weights_bytes(), wish, stop)?,
    };
    let ask = Ask {
        context: wish.context,
        kv: wish.cache,
    };
    let (catalogue, _) = catalogue(&outfit.home);
    let name = name_of(&catalogue, &path, &header);
    let assumed = assumed_of(&catalogue, &path);
    let alone = machine::identity(&machine);
    let correction = outfit.correction(&alone, &path, assumed);
    let mut plan = fit::plan(anatomy, &machine, ask, &correction);
    if !plan.placement.gpus.is_empty() {
        // What was learned is of other devices than the processor alone: forecast again.
        let devices = devices_key(&machine, &plan);
        let correction = outfit.correction(&devices, &path, assumed);
        plan = fit::plan(anatomy, &machine, ask, &correction);
    }
    let shape = shape(&header, &path)?;
    let stranger = Stranger::of(&header);
    let mut found = Preflight {
        path,
        name,
        geometry,
        weights,
        drafts: header.predicts(),
        shape,
        stranger,
        machine,
        plan,
        tuned: None,
        draft: None,
    };
    found.tuned = found
        .keys()
        .and_then(|(devices, model)| outfit.knowledge.learned().tuned(&devices, &model));
    Ok(found)
}

/// The shape of a model's prompts: R1's where its template is one of R1's, or where it has none and the words
/// of one; else that of its own template.
fn shape(header: &Header, path: &Path) -> Result<Shape, Failure> {
    let Some(jinja) = header.chat_template() else {
        if knows_its_words(header) {
            // The makers of R1 used one for the whole family.
            return Ok(Shape::R1(Template::R1));
        }
        let file = file_name(path);
        let message =
            format!("{file} has no chat template: it completes texts, and cannot be asked");
        return Err(Failure::new(Code::ModelUnsupported, message)
            .hint("Get a version of it that was made for chats (its name often ends in Instruct or Chat).")
            .cause(Cause::NoTemplate { file }));
    };
    if let Some(template) = Template::recognise(jinja).filter(|_| knows_its_words(header)) {
        return Ok(Shape::R1(template));
    }
    let text = |id: Option<u32>| id.and_then(|id| header.token_text(id)).unwrap_or_default();
    let bos = text(header.bos());
    let form = learn(OwnTemplate {
        jinja,
        bos,
        eos: text(header.eos()),
        now: time::OffsetDateTime::now_utc(),
    });
    let mut form = match form {
        Ok(form) => form,
        // R1's words are asked in R1's form, whatever somebody wrote into the file.
        Err(_) if knows_its_words(header) => return Ok(Shape::R1(Template::R1)),
        Err(why) => {
            let file = file_name(path);
            let message = format!("{file} cannot be asked: {why}");
            return Err(Failure::new(Code::ModelUnsupported, message)
                .hint("Get the model from another publisher: the template is a part of the file.")
                .cause(Cause::TemplateUnfit { file }));
        }
    };
    if header.adds_bos() {
        form.begin_with(bos);
    }
    Ok(Shape::Own(form))
}

impl Outfit {
    /// The machine that a model of this weight is planned for.
    fn machine_for(&self, weights: u64, wish: Wish, stop: &Stop) -> Result<Machine, Failure> {
        let mut seen = see(&self.home, &self.knowledge, Look::Glance, stop)?;
        let ask_gpus =
            !self.knowledge.has_looked_for_gpus(&seen.machine) || !seen.machine.gpus.is_empty();
        if wish.processor || weights < TINY_BYTES {
            // Not wanted, or not worth waiting for a driver.
            seen.machine.gpus.clear();
        } else if ask_gpus && !seen.described {
            seen = see(&self.home, &self.knowledge, Look::Gpus, stop)?;
        }
        let mut machine = seen.machine;
        let free = machine.available_bytes.saturating_add(wish.given_back);
        machine.available_bytes = free.min(machine.total_bytes);
        Ok(machine)
    }

    /// What replies taught about a file on these devices; `assumed` is how long its replies are until
    /// they tell.
    pub(crate) fn correction(&self, devices: &str, path: &Path, assumed: Typical) -> Correction {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let learned = self.knowledge.learned();
        learned.correction(devices, &name, assumed)
    }
}
