//! Tells the linker where the program finds llama.cpp's libraries when it runs: beside itself once
//! installed, in the sys crate's own output while it lives in `target/`. A package must not know
//! the folder that it was built in: somebody else may own a folder of that name where it runs.

use std::env;
use std::path::Path;

#[path = "build/carried.rs"]
mod carried;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-env-changed=SPUD_PACKAGE");
    // Set by `./run package`.
    let packaged = env::var_os("SPUD_PACKAGE").is_some();
    let backends = env::var("DEP_LLAMA_BACKENDS_DIR").expect("llama-cpp-sys-2 names its backends");
    let carried = carried::carry(Path::new(&backends)).expect("the backends can be linked to");
    let of_the_build = if packaged { Path::new("") } else { &carried };
    println!(
        "cargo::rustc-env=SPUD_BUILD_BACKENDS={}",
        of_the_build.display()
    );
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("unix") {
        let origin = if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
            "@loader_path"
        } else {
            "$ORIGIN"
        };
        println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
        if !packaged {
            let libraries = Path::new(&backends).with_file_name("lib");
            println!("cargo::rustc-link-arg=-Wl,-rpath,{}", libraries.display());
        }
    }
}
