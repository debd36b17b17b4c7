//! Gives this build of the messages an identity: the version and a hash of the sources that decide
//! what goes over the pipe. Two programs that were built from different messages then say so
//! instead of guessing.

use std::fs;

fn main() {
    println!("cargo::rerun-if-changed=src");
    // FNV-1a, 64 bit: any change must show, nobody attacks it.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in [
        "src/message.rs",
        "src/message/load.rs",
        "src/governor.rs",
        "src/prompt.rs",
        "src/frame.rs",
    ] {
        let bytes = fs::read(file).unwrap_or_else(|error| panic!("cannot read `{file}`: {error}"));
        for byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=SPUD_MESSAGES={hash:016x}");
}
