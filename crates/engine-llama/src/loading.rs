//! From a model's file to its weights in memory: which way suits the system and the plan, what of the
//! file is read before, and what is given back meanwhile.
//!
//! A file that fits is mapped and not read, where that is known to be good: what is computed with as
//! it lies is not copied, and what is copied into another order is given back as the copy grows, so
//! that nothing is held twice (bench/README.md, "Start").
//!
//! Nothing is locked in memory (`mlock`), though llama.cpp could. What an ordinary user may lock is 8 MiB
//! on Linux (`RLIMIT_MEMLOCK`, systemd's and the kernel's default) and no more on macOS than the system
//! finds it has left, so the weights would stay unlocked just where it matters, with a warning that nobody
//! sees. Where somebody raised the limit and memory is tight, a lock moves the pressure to the window, the
//! browser and the page cache beside it, and leaves the kernel nothing to take but the whole engine, which
//! goes first when memory runs out (`leave`). What a plan counts with is free when it is made; a model that
//! does not fit is mapped as it lies ([`Way::AsItLies`]) and must not be locked at all.

use std::ffi::CString;
use std::path::Path;

use engine::message::{Failure, FailureCode, Load};
use llama_cpp_2::model::LlamaModel;

use crate::cold::{self, Cold};
use crate::llama::weights::{self, Way, Weights};
use crate::llama::{self, mapping};
use crate::{backends, memory};

/// The part of the weights that is copied before what it was copied from is given back.
const GIVEN_BACK_EACH: f32 = 0.02;

/// The part of a load in which llama.cpp works after everything was read from a slow disk.
const WORK: f32 = 0.2;

/// The model's weights in memory.
pub(crate) fn weights(
    load: &Load,
    tell: &mut dyn FnMut(f32) -> bool,
) -> Result<LlamaModel, Failure> {
    let gpus = backends::places(&load.gpus)?;
    let way = match load.mapped {
        true => Way::AsItLies,
        // What goes to a GPU was never looked at otherwise, nor any other system.
        false if gpus.is_empty() && cfg!(target_os = "linux") => Way::Mapped,
        false => Way::Read,
    };
    let files = cold::files(&load.path);
    let mut begin = 0.0;
    if way == Way::Mapped {
        let cold = Cold::of(&files);
        begin = cold.part() * (1.0 - WORK);
        if !cold.read(|part| tell(part * begin)) {
            return Err(refused(&load.path, "it was stopped"));
        }
    }
    let mut given_back = 0.0;
    let mut progress = |part: f32| {
        if way == Way::Mapped && (part - given_back > GIVEN_BACK_EACH || part >= 1.0) {
            mapping::give_back(&files);
            given_back = part;
        }
        tell(begin + part * (1.0 - begin))
    };
    let wanted = Weights {
        path: &load.path,
        way,
        gpus: &gpus,
        gpu_layers: load.gpu_layers,
        stay: experts_of_first(load.expert_layers_in_memory),
        predicts: load.predicts,
    };
    let model = weights::load(&wanted, &mut progress);
    let said = llama::take_error().unwrap_or_else(|| "no reason was given".to_owned());
    let model = model.ok_or_else(|| refused(&load.path, &said))?;
    memory::is_mapped(weights::bytes(&model, &files, load.predicts));
    Ok(model)
}

/// The pattern of the routed experts of the first layers, the fused ones included; none for none.
fn experts_of_first(layers: u32) -> Option<CString> {
    let numbers: Vec<String> = (0..layers).map(|layer| layer.to_string()).collect();
    let pattern = format!(
        r"^blk\.({})\.ffn_(up|down|gate|gate_up)_(ch|)exps",
        numbers.join("|")
    );
    (layers > 0).then(|| CString::new(pattern).expect("BUG: digits and signs hold no NUL"))
}

/// The failure of a load, by what was said.
pub(crate) fn refused(path: &Path, why: &str) -> Failure {
    let code = if why.contains("alloc") {
        FailureCode::OutOfMemory
    } else {
        FailureCode::ModelRefused
    };
    Failure::new(
        code,
        format!("`{}` could not be loaded: {why}", path.display()),
    )
}
