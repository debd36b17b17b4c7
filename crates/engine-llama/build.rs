//! Tells the linker where the program finds llama.cpp's libraries when it runs: beside itself once
//! installed, in the sys crate's own output while it lives in `target/`. A package must not know
//! the folder that it was built in: somebody else may own a folder of that name where it runs.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SPUD_PACKAGE");
    // Set by `./run package`.
    let packaged = env::var_os("SPUD_PACKAGE").is_some();
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    let origin = if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        "@loader_path"
    } else {
        "$ORIGIN"
    };
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
    if !packaged {
        // OUT/lib/cmake
        let cmake = env::var("DEP_LLAMA_GGML_CMAKE_DIR").expect("llama-cpp-sys-2 tells it");
        let libraries = Path::new(&cmake).parent().expect("it lies in a folder");
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libraries.display());
    }
}
