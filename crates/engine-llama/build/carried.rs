//! The variants of ggml's code for processors that Spud carries. Part of this crate's build script, and of the bench's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Code for processors with AMX (Intel's Xeons since 2023), which is left out. ggml takes it before all others, and:
///
/// * GCC before 12.4 and 13.3 drops most of the tiles' configuration (its bug 114098: `_tile_loadconfig` says that it
///   reads 8 bytes of 64), so that the first prompt ends in an illegal instruction;
/// * it takes the three-dimensional weights of R1's latent attention (`attn_k_b`), and then does not compute with them
///   (`ggml-backend.cpp`: `*cur_backend_id != -1`).
///
/// `zen4` is the same code without AMX, and runs there too.
const LEFT_OUT: &str = "ggml-cpu-sapphirerapids";

/// Leaves in the build script's own output a folder with those of `all`, and tells which.
pub(crate) fn carry(all: &Path) -> io::Result<PathBuf> {
    let out = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let carried = Path::new(&out).join("backends");
    // What an earlier build left may be older than what is there now.
    let _ = fs::remove_dir_all(&carried);
    fs::create_dir_all(&carried)?;
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().contains(LEFT_OUT) {
            continue;
        }
        let to = carried.join(name);
        // No links by name: the engine's cage asks where a file really is.
        if fs::hard_link(entry.path(), &to).is_err() {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(carried)
}
