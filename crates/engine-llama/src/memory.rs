//! What the engine holds: the buffers that llama.cpp says it reserved, and the most that the
//! process had.
//!
//! llama.cpp's C interface does not tell the sizes of its buffers, its log does:
//! `load_tensors:   CPU_REPACK model buffer size =   596.53 MiB`. Not here: listening to the log
//! (`llama`).

use std::sync::{Mutex, PoisonError};

use engine::message::Held;

/// What was said since the last load began.
static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());

/// Begins a new account.
pub(crate) fn forget() {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The account so far.
pub(crate) fn held() -> Vec<Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// How llama.cpp calls the file as it is mapped.
const FILE: &str = "CPU_Mapped";

/// Corrects what it says of a mapped file: the stretch from the first tensor to the last of those that
/// are computed with as they lie, with all that lies between them and was copied elsewhere. `bytes` are
/// those of all weights that are in memory.
pub(crate) fn is_mapped(bytes: u64) {
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let elsewhere = |held: &&Held| held.place != FILE;
    let copied: u64 = all
        .iter()
        .filter(elsewhere)
        .map(|held| held.weights_bytes)
        .sum();
    if let Some(file) = all.iter_mut().find(|held| held.place == FILE) {
        file.weights_bytes = bytes.saturating_sub(copied);
    }
}

/// Takes a line of the log into account, if it tells of a buffer.
pub(crate) fn hear(line: &str) {
    let Some((place, what, bytes)) = buffer(line) else {
        return;
    };
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all.iter().position(|held| held.place == place);
    let at = known.unwrap_or_else(|| {
        all.push(Held {
            place: place.to_owned(),
            ..Held::default()
        });
        all.len() - 1
    });
    let held = &mut all[at];
    match what {
        "model" => held.weights_bytes += bytes,
        "KV" => held.cache_bytes += bytes,
        _ => held.compute_bytes += bytes,
    }
}

/// Place, kind and size of a buffer, out of a line like
/// `llama_kv_cache:        CPU KV buffer size =    56.00 MiB`.
fn buffer(line: &str) -> Option<(&str, &str, u64)> {
    let (name, size) = line.split_once("buffer size =")?;
    let mut words = name.rsplit(' ').filter(|word| !word.is_empty());
    let (what, place) = (words.next()?, words.next()?);
    if !matches!(what, "model" | "KV" | "compute" | "output") {
        return None;
    }
    let mib: f64 = size.trim().strip_suffix("MiB")?.trim().parse().ok()?;
    if !(0.0..1e12).contains(&mib) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size in range, to a hundredth of a MiB"
    )]
    let bytes = (mib * f64::from(1 << 20)).round() as u64;
    Some((place, what, bytes))
}

/// The most memory that this process has held, in bytes; 0 where the system does not tell.
pub(crate) fn peak() -> u64 {
    // Not `getrusage`: its figure includes what the parent held when it started this process.
    let status = if cfg!(target_os = "linux") {
        std::fs::read_to_string("/proc/self/status").unwrap_or_default()
    } else {
        String::new()
    };
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        })
        .map_or(0, |kib: u64| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::buffer;

    #[test]
    fn lines_about_buffers_are_understood_and_others_left_alone() {
        for (line, expect) in [
            (
                "load_tensors:   CPU_REPACK model buffer size =   596.50 MiB\n",
                Some(("CPU_REPACK", "model", 625_475_584)),
            ),
            (
                "llama_kv_cache:        CPU KV buffer size =    56.00 MiB",
                Some(("CPU", "KV", 56 << 20)),
            ),
            (
                "sched_reserve:    Vulkan0 compute buffer size =     0.50 MiB",
                Some(("Vulkan0", "compute", 1 << 19)),
            ),
            (
                "llama_context:        CPU  output buffer size =     0.00 MiB",
                Some(("CPU", "output", 0)),
            ),
            ("x: CPU KV buffer size = many MiB", None),
            ("x: CPU KV buffer size = -1 MiB", None),
            ("x: CPU RS buffer size = 1 MiB", None),
            ("buffer size = 1 MiB", None),
            ("print_info: n_ctx = 1", None),
        ] {
            assert_eq!(buffer(line), expect, "{line}");
        }
    }
}
