//! Tells the linker where `bench-bare` finds llama.cpp's libraries when it runs: in the sys
//! crate's own output, since a bench is never installed.

use std::env;
use std::path::Path;

#[path = "../crates/engine-llama/build/carried.rs"]
mod carried;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../crates/engine-llama/build");
    if env::var_os("CARGO_FEATURE_LLAMA").is_none() {
        return;
    }
    let backends = env::var("DEP_LLAMA_BACKENDS_DIR").expect("llama-cpp-sys-2 names its backends");
    let carried = carried::carry(Path::new(&backends)).expect("the backends can be linked to");
    println!("cargo::rustc-env=SPUD_BUILD_BACKENDS={}", carried.display());
    let libraries = Path::new(&backends).with_file_name("lib");
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
