//! A smaller member of the family that is on this machine and drafts for a larger one: R1's models of
//! Qwen's share their words.
//!
//! Whether its drafts pay is measured while they are made (the engine); here is only what must hold
//! before it is worth its room in memory.

use std::path::PathBuf;

use fit::{Anatomy, Ask, Correction};
use gguf::Header;

use crate::home::Home;
use crate::model::{Draft, Preflight};
use crate::survey::{catalogue, lies};

/// By so much a drafter must be smaller: each of its tokens costs that part of one of the larger.
const SMALLER: u64 = 3;

/// Fewer threads than this check four tokens at once in the time of two and a half alone (two cores of
/// a Xeon, the 1.5B), and no drafter is right often enough to make up for it.
const LEAST_THREADS: u32 = 3;

/// By so much may two vocabularies differ, in padding at their ends.
const PADDING: u32 = 128;

/// The smallest that there is room for beside the plan; none where nothing is gained by one. Untried on
/// GPUs.
pub(crate) fn drafter(found: &Preflight, home: &Home) -> Option<Draft> {
    let plan = &found.plan;
    let is_plain = plan.placement.gpus.is_empty() && !plan.mapped && !found.predicts();
    if !is_plain || found.threads() < LEAST_THREADS {
        return None;
    }
    let most = found.anatomy().weights_bytes() / SMALLER;
    let (catalogue, _) = catalogue(home);
    let (folder, finds) = (home.models(), home.finds());
    let files = catalogue.models.iter().flat_map(|member| &member.files);
    let mut files: Vec<_> = files.filter(|file| file.size.bytes() <= most).collect();
    files.sort_by_key(|file| file.size.bytes());
    let mut there = files
        .into_iter()
        .filter_map(|file| Some(lies(&folder, &finds, file)?.0));
    there.find_map(|path| {
        let bytes = room_for(found, &path)?;
        Some(Draft { path, bytes })
    })
}

/// Bytes that this file takes beside the plan; none where it has other words, there is no room for it,
/// or it cannot be read.
fn room_for(found: &Preflight, path: &PathBuf) -> Option<u64> {
    let header = Header::read_file(path).ok()?;
    let geometry = header.runnable().ok()?;
    let weights = header.weights();
    let large = &found.geometry;
    let same = geometry.architecture == large.architecture
        && geometry.vocabulary.abs_diff(large.vocabulary) <= PADDING;
    let ask = Ask {
        context: Some(found.plan.context),
        kv: Some(found.plan.kv),
    };
    let anatomy = Anatomy {
        geometry: &geometry,
        weights: &weights,
    };
    let plan = fit::plan(anatomy, &found.machine, ask, &Correction::NONE);
    let bytes = plan.memory_bytes();
    let needed = found.plan.memory_bytes().saturating_add(bytes);
    let is_whole = plan.context == found.plan.context && !plan.mapped;
    (same && is_whole && needed <= found.plan.available_bytes()).then_some(bytes)
}

#[cfg(test)]
#[path = "../../gguf/tests/gguf/builder.rs"]
#[expect(dead_code, reason = "it serves many tests")]
mod builder;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use fit::{Cores, Machine};

    use super::{PathBuf, builder, drafter};
    use crate::home::Home;
    use crate::knowledge::Knowledge;
    use crate::model::{Model, Preflight, Wish, preflight};
    use crate::resident::Outfit;
    use crate::stop::stop;

    /// A model of these words with about a gibibyte of weights a layer, all of them a hole in the
    /// file.
    fn write(path: &Path, words: &[&str], layers: u32) {
        const WIDTH: u64 = 4_096;
        const INNER: u64 = 16_384;
        let mut file = builder::Builder::sound();
        file.tensors.clear();
        file.number("qwen2.embedding_length", 4_096);
        file.number("qwen2.feed_forward_length", 16_384);
        file.number("qwen2.block_count", layers);
        file.key(
            "qwen2.attention.layer_norm_rms_epsilon",
            builder::F32,
            &1e-6_f32.to_le_bytes(),
        );
        let merge = builder::string(b"a b");
        file.array("tokenizer.ggml.merges", builder::STRING, 1, &merge);
        file.vocabulary(words);
        file.tensor("token_embd.weight", &[WIDTH, words.len() as u64], 0);
        file.tensor("output_norm.weight", &[WIDTH], 0);
        for layer in 0..layers {
            for (name, dimensions) in [
                ("attn_norm", &[WIDTH][..]),
                ("ffn_norm", &[WIDTH]),
                ("attn_q", &[WIDTH, WIDTH]),
                ("attn_k", &[WIDTH, WIDTH / 2]),
                ("attn_v", &[WIDTH, WIDTH / 2]),
                ("attn_output", &[WIDTH, WIDTH]),
                ("ffn_gate", &[WIDTH, INNER]),
                ("ffn_up", &[WIDTH, INNER]),
                ("ffn_down", &[INNER, WIDTH]),
            ] {
                file.tensor(&format!("blk.{layer}.{name}.weight"), dimensions, 0);
            }
        }
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        let mut bytes = 0;
        for tensor in &mut file.tensors {
            tensor.offset = Some(bytes);
            bytes += 4 * tensor.dimensions.iter().product::<u64>();
        }
        let header = file.header();
        fs_err::write(path, &header).unwrap();
        let opened = fs_err::OpenOptions::new().write(true).open(path).unwrap();
        opened.set_len(header.len() as u64 + bytes + 4_096).unwrap();
    }

    fn machine(gibibytes: u64, cores: u32) -> Machine {
        Machine {
            cpu: "a potato".to_owned(),
            cores: Cores {
                physical: cores,
                performance: cores,
                usable: cores,
            },
            total_bytes: gibibytes << 30,
            available_bytes: gibibytes << 30,
            swap_bytes: 0,
            speed: None,
            gpus: Vec::new(),
            disk: None,
            on_battery: false,
        }
    }

    fn look(home: &Home, path: &Path, machine: Machine) -> Preflight {
        let outfit = Outfit {
            home: home.clone(),
            knowledge: Knowledge::of(home),
        };
        let (_stopper, stop) = stop();
        let model = Model::File(path.to_owned());
        let mut found = preflight(&model, Wish::default(), Some(machine), &outfit, &stop).unwrap();
        found.draft = drafter(&found, home);
        found
    }

    #[test]
    fn the_small_one_drafts_where_there_is_room_and_it_can_gain() {
        const WORDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let small = home
            .models()
            .join("DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf");
        let large = folder.path().join("large.gguf");
        write(&large, &WORDS, 5);
        let found = |machine| look(&home, &large, machine).draft.map(|draft| draft.path);
        assert_eq!(found(machine(32, 8)), None, "none is there");
        write(&small, &WORDS, 1);
        let expect: Option<PathBuf> = Some(small.clone());
        assert_eq!(found(machine(32, 8)), expect);
        assert_eq!(found(machine(32, 2)), None, "two cores gain nothing");
        assert_eq!(found(machine(5, 8)), None, "no room beside");
        assert_eq!(look(&home, &small, machine(32, 8)).draft, None, "itself");
        let near = folder.path().join("near.gguf");
        write(&near, &WORDS, 2);
        assert_eq!(look(&home, &near, machine(32, 8)).draft, None, "too near");
        let many: Vec<String> = (0..200).map(|at| format!("w{at}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        write(&small, &many, 1);
        assert_eq!(found(machine(32, 8)), None, "other words");
        let known = look(&home, &large, machine(32, 8));
        assert_eq!(drafter(&known, &home), None);
    }
}
