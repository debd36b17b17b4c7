//! Tells the linker where the program finds llama.cpp's libraries when it runs: beside itself once
//! installed, in the sys crate's own output while it lives in `target/`.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let backends = env::var("DEP_LLAMA_BACKENDS_DIR").expect("llama-cpp-sys-2 names its backends");
    println!("cargo::rustc-env=SPUD_BUILD_BACKENDS={backends}");
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix") {
        let origin = if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
            "@loader_path"
        } else {
            "$ORIGIN"
        };
        println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
        let libraries = Path::new(&backends).with_file_name("lib");
        println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libraries.display());
    }
}
