//! Compiles ggml's code for processors: for the one of this machine, or for those that are asked for. Each is a library
//! of its own, which the engine loads; what was compiled once stays, so that more of them later cost only themselves.

use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[path = "src/variants.rs"]
mod variants;

use variants::Variant;

/// Which to compile: names separated by commas, or `all`. Not set: what this machine's processor takes.
const WANTED: &str = "SPUD_VARIANTS";

/// Set by `./run package`: all of them, since it is for processors that nobody knows.
const PACKAGE: &str = "SPUD_PACKAGE";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/variants.rs");
    println!("cargo::rerun-if-changed=link_only.cmake");
    for variable in [WANTED, PACKAGE] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    if is_for_lints() {
        println!("cargo::rustc-env=SPUD_KERNELS=");
        return Ok(());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let llama = Llama::of_the_sys_crate()?;
    let cmake = fs::read_to_string(llama.sources.join("ggml/src/CMakeLists.txt"))?;
    let listed = variants::listed(&cmake, &architecture()?);
    // No configure without a wanted variant: with those that are there, this is over in no time.
    let mut build = Build::new(&llama, &out);
    let packaged = env::var_os(PACKAGE).is_some();
    let wanted = env::var(WANTED).ok().filter(|wanted| !wanted.is_empty());
    let names: Vec<String> = match wanted.as_deref() {
        None if !packaged => match this_processors(&listed) {
            Some(variant) => {
                follow_the_processor(&out)?;
                vec![variant.name.clone()]
            }
            None => build.there_are(&listed)?,
        },
        None | Some("all") => build.there_are(&listed)?,
        Some(names) => names
            .split(',')
            .map(|name| name.trim().to_owned())
            .collect(),
    };
    let folder = out.join("backends");
    // What an earlier build left may be older than what is there now.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for name in &names {
        carry(&build.library(name)?, &folder)?;
    }
    // What drives a GPU, where a feature of llama-cpp-sys-2 had one compiled in.
    for library in llama.backends()? {
        carry(&library, &folder)?;
    }
    let known = if packaged { Path::new("") } else { &folder };
    println!("cargo::rustc-env=SPUD_KERNELS={}", known.display());
    Ok(())
}

/// Whether `cargo clippy` runs this. It has scripts of the workspace run again, in another folder, and links nothing:
/// all of ggml's code would be compiled a second time, for nobody.
fn is_for_lints() -> bool {
    let wrapper = env::var_os("RUSTC_WORKSPACE_WRAPPER").map(PathBuf::from);
    let name = wrapper.as_deref().and_then(Path::file_stem);
    name.is_some_and(|name| name == "clippy-driver")
}

/// The architecture to compile for, in ggml's words.
fn architecture() -> Result<String, env::VarError> {
    Ok(match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "x86" | "x86_64" => "x86".to_owned(),
        "arm" | "aarch64" => "ARM".to_owned(),
        "powerpc" | "powerpc64" => "PowerPC".to_owned(),
        other => other.to_owned(),
    })
}

/// llama.cpp as llama-cpp-sys-2 built it.
struct Llama {
    /// Its folder of outputs.
    out: PathBuf,
    /// Its sources.
    sources: PathBuf,
}

impl Llama {
    /// By the one path that it tells: its outputs' `lib/cmake`. CMake's cache beside it knows the sources.
    fn of_the_sys_crate() -> Result<Self, Box<dyn Error>> {
        let cmake = PathBuf::from(env::var("DEP_LLAMA_GGML_CMAKE_DIR")?);
        let out = cmake
            .ancestors()
            .nth(2)
            .ok_or("llama-cpp-sys-2 has no folder of outputs")?;
        let cache = fs::read_to_string(out.join("build/CMakeCache.txt"))?;
        let sources = cache
            .lines()
            .find_map(|line| line.strip_prefix("CMAKE_HOME_DIRECTORY:INTERNAL="))
            .ok_or("CMake's cache names no sources")?;
        Ok(Self {
            out: out.to_owned(),
            sources: sources.into(),
        })
    }

    /// Backends that it built itself: none, unless a feature of its asked for a GPU, or on a Mac.
    fn backends(&self) -> io::Result<Vec<PathBuf>> {
        let Ok(entries) = fs::read_dir(self.out.join("bin")) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Of libraries `ggml` and `ggml-base` are linked to, not loaded.
            let backend = name.contains("ggml-") && !name.contains("ggml-base");
            let path = entry.path();
            let library = path
                .extension()
                .is_some_and(|end| end == "so" || end == "dll");
            if backend && library {
                found.push(path);
            }
        }
        Ok(found)
    }
}

/// A build of ggml by CMake that compiles what it is asked for.
struct Build {
    folder: PathBuf,
    config: cmake::Config,
}

impl Build {
    fn new(llama: &Llama, out: &Path) -> Self {
        let folder = out.join("ggml");
        let mut config = cmake::Config::new(&llama.sources);
        config
            .out_dir(&folder)
            .profile("Release")
            .always_configure(false);
        for part in [
            "APP", "COMMON", "EXAMPLES", "MTMD", "SERVER", "TESTS", "TOOLS", "UI",
        ] {
            config.define(format!("LLAMA_BUILD_{part}"), "OFF");
        }
        for off in ["LLAMA_USE_PREBUILT_UI", "LLAMA_CURL", "GGML_NATIVE"] {
            config.define(off, "OFF");
        }
        for on in [
            "BUILD_SHARED_LIBS",
            "GGML_BACKEND_DL",
            "GGML_CPU_ALL_VARIANTS",
            "GGML_OPENMP",
        ] {
            config.define(on, "ON");
        }
        let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        // As llama-cpp-sys-2 hands them on, for packages (`.ci/package.sh`).
        for (key, value) in env::vars().filter(|(key, _)| key.starts_with("CMAKE_")) {
            config.define(key, value);
        }
        let included = Path::new(&manifest).join("link_only.cmake");
        config.define("CMAKE_PROJECT_INCLUDE", included);
        Self { folder, config }
    }

    /// The names of those that CMake knows on this system with this compiler.
    fn there_are(&mut self, listed: &[Variant]) -> Result<Vec<String>, Box<dyn Error>> {
        // Configures; what it compiles all of them are linked to.
        self.config.build_target("ggml-base").build();
        let targets = self.folder.join("build/ggml/src");
        let known = |name: &str| {
            let makefiles = targets.join(format!("CMakeFiles/ggml-cpu-{name}.dir"));
            let studio = targets.join(format!("ggml-cpu-{name}.vcxproj"));
            makefiles.exists() || studio.exists()
        };
        let names: Vec<String> = listed
            .iter()
            .filter(|variant| known(&variant.name))
            .map(|variant| variant.name.clone())
            .collect();
        if names.is_empty() {
            return Err("CMake knows none of ggml's variants of this system".into());
        }
        Ok(names)
    }

    /// The library of a variant, compiled unless it is there.
    fn library(&mut self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        self.config
            .build_target(&format!("ggml-cpu-{name}"))
            .build();
        let bin = self.folder.join("build/bin");
        let file = format!("ggml-cpu-{name}");
        for folder in [bin.clone(), bin.join("Release")] {
            for library in [format!("lib{file}.so"), format!("{file}.dll")] {
                let library = folder.join(library);
                if library.exists() {
                    return Ok(library);
                }
            }
        }
        Err(format!("CMake left no library {file} in {}", bin.display()).into())
    }
}

/// The variant that ggml would take on the machine that compiles, if it will run there and is known.
fn this_processors(listed: &[Variant]) -> Option<&Variant> {
    (env::var("HOST") == env::var("TARGET")).then_some(())?;
    #[cfg(target_arch = "x86_64")]
    return variants::best(listed.iter(), variants::X86, |need| {
        // AVX512 is five parts of it to ggml.
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw");
        Some(match need {
            "SSE42" => is_x86_feature_detected!("sse4.2"),
            "AVX" => is_x86_feature_detected!("avx"),
            "AVX2" => is_x86_feature_detected!("avx2"),
            "AVX_VNNI" => is_x86_feature_detected!("avxvnni"),
            "BMI2" => is_x86_feature_detected!("bmi2"),
            "FMA" => is_x86_feature_detected!("fma"),
            "F16C" => is_x86_feature_detected!("f16c"),
            "AVX512" => avx512,
            "AVX512_VBMI" => is_x86_feature_detected!("avx512vbmi"),
            "AVX512_VNNI" => is_x86_feature_detected!("avx512vnni"),
            "AVX512_BF16" => is_x86_feature_detected!("avx512bf16"),
            // One of a ggml to come.
            _ => return None,
        })
    });
    // Untried: Linux on ARM.
    #[cfg(all(target_arch = "aarch64", target_os = "linux"))]
    {
        use std::arch::is_aarch64_feature_detected;
        // Android's and Apple's stand in the same list.
        let of_linux = |variant: &&Variant| variant.name.starts_with("armv");
        let listed = listed.iter().filter(of_linux);
        return variants::best(listed, variants::ARM, |need| {
            Some(match need {
                "DOTPROD" => is_aarch64_feature_detected!("dotprod"),
                "FP16_VECTOR_ARITHMETIC" => is_aarch64_feature_detected!("fp16"),
                "SVE" => is_aarch64_feature_detected!("sve"),
                "MATMUL_INT8" => is_aarch64_feature_detected!("i8mm"),
                "SVE2" => is_aarch64_feature_detected!("sve2"),
                "SME" => is_aarch64_feature_detected!("sme"),
                _ => return None,
            })
        });
    }
    #[cfg(not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_os = "linux")
    )))]
    return None;
}

/// Has this script run again when the folder of builds comes to another machine: `./run` and `./test` write into the
/// file that is made here what the processor of today has (`note_processor` in `.ci/setup.sh`).
fn follow_the_processor(out: &Path) -> io::Result<()> {
    // target/PROFILE/build/kernels-HASH/out
    let Some(profile) = out.ancestors().nth(3) else {
        return Ok(());
    };
    let note = profile.join("processor");
    if !note.exists() {
        let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let flags = told.lines().find(|line| line.starts_with("flags"));
        fs::write(&note, flags.unwrap_or_default())?;
    }
    println!("cargo::rerun-if-changed={}", note.display());
    Ok(())
}

/// Puts a library into the folder. No links by name: the engine's cage asks where a file really is.
fn carry(library: &Path, folder: &Path) -> io::Result<()> {
    let Some(name) = library.file_name() else {
        return Ok(());
    };
    let to = folder.join(name);
    if fs::hard_link(library, &to).is_err() {
        fs::copy(library, &to)?;
    }
    Ok(())
}
