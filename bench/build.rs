//! Tells the linker where `bench-bare` finds llama.cpp's libraries when it runs: in the sys
//! crate's own output, since a bench is never installed.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_LLAMA").is_none() {
        return;
    }
    // OUT/lib/cmake
    let cmake = env::var("DEP_LLAMA_GGML_CMAKE_DIR").expect("llama-cpp-sys-2 tells it");
    let libraries = Path::new(&cmake).parent().expect("it lies in a folder");
    println!(
        "cargo::rustc-env=SPUD_BUILD_LIBRARIES={}",
        libraries.display()
    );
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix") {
        println!(
            "cargo::rustc-link-arg-bins=-Wl,-rpath,{}",
            libraries.display()
        );
    }
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // A path that holds for the libraries of the libraries too: `bench-bare` itself uses none
        // of libggml-base.
        println!("cargo::rustc-link-arg-bins=-Wl,--disable-new-dtags");
    }
}
