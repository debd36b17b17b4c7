//! ggml's code for kinds of processors: which kinds are compiled, and how a library of it is loaded.
//!
//! ggml has one set of kernels for each generation of processors (`x64`, `haswell`, `zen4`, …), each a library, and
//! loads the best that the machine runs. llama-cpp-sys-2 would compile all of them with llama.cpp, for ten
//! minutes. Here `.cargo/config.toml` takes them out of its build, and the build script of this crate compiles those
//! that are wanted: this processor's by itself, all of them for a package (`build.rs`).

use std::ffi::CString;
use std::path::Path;

mod variants;

/// The folder where the build left the libraries; empty in a build for a package, which must not know the
/// folder that it was built in.
pub const BUILT_IN: &str = env!("SPUD_KERNELS");

/// Loads the best of ggml's libraries for this processor, and whatever drives another device, from this folder and no
/// other. A library that does not load is passed over. Call it before llama.cpp starts.
///
/// A path that C cannot say (NUL, or no UTF-8) holds no library.
pub fn load_from(folder: &Path) {
    let Some(path) = folder.to_str().and_then(|path| CString::new(path).ok()) else {
        return;
    };
    // SAFETY: the string lives until the call returns, and ggml keeps no pointer to it.
    #[expect(unsafe_code, reason = "the interface of ggml")]
    unsafe {
        llama_cpp_sys_2::ggml_backend_load_all_from_path(path.as_ptr());
    }
}
