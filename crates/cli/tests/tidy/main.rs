//! The house rules that a compiler does not check: which room may see which, and who alone knows an
//! outside thing. (The page's own rules are in `ui/src/house.test.ts`; stale bindings of the page are
//! the business of `spud-desktop`'s own test, which writes them.)

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// Every package of ours and the packages of ours that it may use. What is not here does not
/// exist, so a new room begins with a line in this list.
const ARROWS: &[(&str, &[&str])] = &[
    ("gguf", &[]),
    ("fit", &["gguf"]),
    ("engine", &["fit", "gguf"]),
    ("machine", &["fit", "gguf"]),
    ("library", &["fit", "gguf"]),
    ("chats", &["fit", "gguf"]),
    (
        "app",
        &["engine", "machine", "library", "chats", "fit", "gguf"],
    ),
    ("cli", &["app"]),
    ("spud-desktop", &["app"]),
    // ggml's own code, compiled; no word of ours.
    ("kernels", &[]),
    // `engine` for the messages alone; nothing depends on it, it is started.
    ("engine-llama", &["engine", "kernels"]),
    // Measures from outside what the others promise, and is no part of the product. Its soak plays the
    // product's user.
    (
        "bench",
        &["app", "engine", "chats", "gguf", "fit", "kernels"],
    ),
];

/// Outside things, and the only packages that may know them, tests included.
const ALONE: &[(&str, &[&str])] = &[
    ("llama-cpp-2", &["engine-llama", "bench"]),
    ("llama-cpp-sys-2", &["engine-llama", "kernels", "bench"]),
    ("sysinfo", &["machine"]),
    // The soak reads what is on disk past the product.
    ("rusqlite", &["chats", "bench"]),
    ("reqwest", &["library"]),
    ("directories", &["app"]),
    ("tauri", &["spud-desktop"]),
    ("clap", &["cli", "bench"]),
    ("rquickjs", &["cli"]),
    ("tauri-plugin-single-instance", &["spud-desktop"]),
];

#[test]
fn arrows_point_as_they_are_drawn() {
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for (name, manifest) in manifests() {
        let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| *room == name) else {
            panic!("`{name}` is a new room: draw its arrows in this test");
        };
        for dependency in dependencies(&manifest) {
            let ours = ours.contains(dependency.as_str());
            assert!(
                !ours || allowed.contains(&dependency.as_str()),
                "`{name}` must not see `{dependency}`"
            );
        }
    }
}

#[test]
fn each_outside_thing_has_one_room() {
    for (name, manifest) in manifests() {
        for dependency in dependencies(&manifest) {
            if let Some((_, rooms)) = ALONE.iter().find(|(thing, _)| *thing == dependency) {
                assert!(
                    rooms.contains(&name.as_str()),
                    "`{name}` must not know `{dependency}`"
                );
            }
        }
    }
}

#[test]
fn every_room_keeps_the_lints_of_the_house() {
    let house = lints(&table(&top().join("Cargo.toml"))["workspace"]["lints"]);
    for (name, manifest) in manifests() {
        let own = &manifest["lints"];
        if own
            .get("workspace")
            .is_some_and(|shared| shared == &Value::Boolean(true))
        {
            continue;
        }
        assert!(
            ["engine-llama", "kernels"].contains(&name.as_str()),
            "`{name}` has lints of its own"
        );
        let mut own = lints(own);
        // The one exception: the interface of llama.cpp is unsafe, and few files are let use it.
        assert!(own.remove("unsafe_code = \"deny\""));
        own.insert("unsafe_code = \"forbid\"".to_owned());
        assert_eq!(own, house);
    }
}

/// Where tasks are begun, each watched to its end.
const TASKS: &[&str] = &["crates/app/src/task.rs", "src-tauri/src/tasks.rs"];

/// A task that panics with nobody to see it leaves a chat busy or a queue still for ever.
#[test]
fn no_task_is_dropped_unwatched() {
    let mut looked = 0;
    for folder in [
        "crates/app/src",
        "crates/library/src",
        "crates/cli/src",
        "src-tauri/src",
    ] {
        for path in sources(&top().join(folder)) {
            looked += 1;
            if TASKS.iter().any(|tasks| path.ends_with(tasks)) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // A test that panics has failed, and is seen.
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let bare = [
                "tokio::spawn(",
                "async_runtime::spawn(",
                "async_runtime::{spawn",
                " spawn(",
            ];
            for line in text.lines().map(str::trim_start) {
                let begins = bare.iter().any(|words| line.contains(words));
                let watched = line.contains("task::spawn(") || line.starts_with("//");
                assert!(!begins || watched, "`{}`: {line}", path.display());
            }
        }
    }
    assert!(looked > 100, "{looked}");
}

/// A call of the page that panics in Tauri's hands is never answered.
#[test]
fn every_call_of_the_page_is_answered() {
    let mut bare = Vec::new();
    for path in sources(&top().join("src-tauri/src")) {
        let text = fs::read_to_string(&path).unwrap();
        let found = text.matches("#[tauri::command").count();
        if found > 0 {
            bare.push((path.strip_prefix(top()).unwrap().to_owned(), found));
        }
    }
    // Within `call!` itself.
    assert_eq!(bare, [(PathBuf::from("src-tauri/src/calls.rs"), 1)]);
}

/// Every file of Rust below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn table(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Every package of the workspace with its manifest.
fn manifests() -> Vec<(String, Table)> {
    let house = table(&top().join("Cargo.toml"));
    let mut found = Vec::new();
    for member in house["workspace"]["members"].as_array().unwrap() {
        let member = member.as_str().unwrap();
        let folders = match member.strip_suffix("/*") {
            Some(parent) => fs::read_dir(top().join(parent))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect(),
            None => vec![top().join(member)],
        };
        for folder in folders {
            let manifest = table(&folder.join("Cargo.toml"));
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            found.push((name, manifest));
        }
    }
    assert!(found.len() >= 9, "{found:?}");
    found
}

/// Names of everything that a package depends on, in whatever section.
fn dependencies(manifest: &Table) -> Vec<String> {
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut places: Vec<&Table> = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        places.extend(targets.values().filter_map(Value::as_table));
    }
    let tables = places.iter().flat_map(|place| {
        sections
            .iter()
            .filter_map(|section| place.get(*section).and_then(Value::as_table))
    });
    tables.flat_map(|table| table.keys().cloned()).collect()
}

/// Lints as lines, whatever tool they are for.
fn lints(table: &Value) -> BTreeSet<String> {
    let tools = table
        .as_table()
        .unwrap()
        .values()
        .filter_map(Value::as_table);
    tools
        .flat_map(|tool| tool.iter().map(|(lint, level)| format!("{lint} = {level}")))
        .collect()
}
