//! Tells the linker where `bench-bare` finds llama.cpp's libraries when it runs: in the sys
//! crate's own output, since a bench is never installed.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_LLAMA").is_none() {
        return;
    }
    let backends = env::var("DEP_LLAMA_BACKENDS_DIR").expect("llama-cpp-sys-2 names its backends");
    println!("cargo::rustc-env=SPUD_BUILD_BACKENDS={backends}");
    let libraries = Path::new(&backends).with_file_name("lib");
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
