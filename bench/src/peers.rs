//! llama.cpp's own programs: where they are, which version they are, and what `llama-bench` says.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::ours::Setup;

/// A folder with llama.cpp's programs.
#[derive(Debug, Clone)]
pub struct Peers {
    folder: PathBuf,
}

impl Peers {
    /// Those of this folder.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let folder = fs_err::canonicalize(folder)?;
        let peers = Self { folder };
        for program in ["llama-bench", "llama-server"] {
            fs_err::metadata(peers.program(program))?;
        }
        Ok(peers)
    }

    /// One of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Their version and ours, in words.
    pub fn versions(&self) -> io::Result<[String; 2]> {
        let ours =
            option_env!("SPUD_BUILD_LIBRARIES").and_then(|folder| version_in(Path::new(folder)));
        let theirs = if let Some(version) = version_in(&self.folder) {
            version
        } else {
            let said = Command::new(self.program("llama-server"))
                .arg("--version")
                .output()?;
            let said = [said.stdout, said.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            let line = said.lines().find(|line| line.contains("version"));
            line.unwrap_or("an unknown version").trim().to_owned()
        };
        Ok([
            ours.unwrap_or_else(|| "an unknown version".to_owned()),
            theirs,
        ])
    }

    /// Runs `llama-bench` on a model with these arguments and gives tokens per second of each of
    /// its tests, in its order.
    pub fn bench(&self, setup: &Setup, arguments: &str) -> io::Result<Vec<f64>> {
        let output = Command::new(self.program("llama-bench"))
            .args(["-o", "json", "-r", "1", "--no-warmup", "-ngl", "0"])
            .args(["-t", &setup.threads.to_string()])
            .arg("-m")
            .arg(&setup.model)
            .args(arguments.split_whitespace())
            .output()?;
        let failed = |why: &str| {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or_default();
            io::Error::other(format!("llama-bench {arguments}: {why} ({last})"))
        };
        if !output.status.success() {
            return Err(failed(&output.status.to_string()));
        }
        let tests: Vec<Value> =
            serde_json::from_slice(&output.stdout).map_err(|error| failed(&error.to_string()))?;
        tests
            .iter()
            .map(|test| test["avg_ts"].as_f64().ok_or_else(|| failed("no `avg_ts`")))
            .collect()
    }
}

/// What the names of llama.cpp's libraries in a folder say of their versions.
fn version_in(folder: &Path) -> Option<String> {
    let names: Vec<String> = fs_err::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let mut text = String::new();
    for (library, name) in [("libllama.so.", "llama.cpp"), ("libggml-base.so.", "ggml")] {
        // Beside the file with the whole version lie links with less of it.
        let versions = names.iter().filter_map(|name| name.strip_prefix(library));
        let version = versions.max_by_key(|version| version.len())?;
        let joint = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{joint}{name} {version}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_longest_names() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        assert_eq!(version_in(folder.path()), None);
        for name in [
            "libllama.so",
            "libllama.so.0",
            "libllama.so.0.5.0",
            "libggml-base.so.0.25.3",
            "llama-bench",
        ] {
            fs_err::write(folder.path().join(name), "").expect("it is ours");
        }
        let version = version_in(folder.path());
        assert_eq!(version.as_deref(), Some("llama.cpp 0.5.0, ggml 0.25.3"));
    }

    #[test]
    fn a_folder_without_the_programs_is_refused() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let error = Peers::of(folder.path()).expect_err("it is empty");
        assert!(error.to_string().contains("llama-bench"), "{error}");
    }
}
