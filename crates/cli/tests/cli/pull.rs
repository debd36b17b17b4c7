//! `spud pull` against a hub on loopback: a model that is fetched, verified, stopped, gone on with,
//! and asked.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::hub::{Reply, Server};
use crate::spud::{Home, Ran};

/// The catalogue's smallest member, whose file here is Sprout.
pub(crate) const ID: &str = "r1-distill-qwen-1.5b";
const PATH: &str = "/me/sprout/resolve/main/sprout.gguf";
const LISTING: &str = "/api/models/me/sprout/tree/main?recursive=true";

pub(crate) fn sprout() -> Arc<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    Arc::new(std::fs::read(path).unwrap())
}

/// Of Sprout as it is committed.
pub(crate) fn sha256() -> String {
    let ran = std::process::Command::new("sha256sum")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf"))
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

/// A home whose own catalogue says that the smallest member is this file.
pub(crate) fn home(facts: &str) -> Home {
    let home = Home::new();
    let catalogue = include_str!("../../../../models.toml");
    let start = catalogue.find("\n[[model]]\n").unwrap();
    let end = start + catalogue[start..].find("[[model.file]]").unwrap();
    let file = format!(
        "[[model.file]]\nquant = \"Q4_K_M\"\nrepo = \"me/sprout\"\npath = \"sprout.gguf\"\n{facts}\n"
    );
    let own = catalogue[start..end].to_owned() + &file;
    std::fs::write(home.path().join("models.toml"), own).unwrap();
    home
}

pub(crate) fn lines(ran: &Ran) -> Vec<Value> {
    let lines = ran.output.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(crate) fn pull(home: &Home, server: &Server, more: &[&str]) -> Ran {
    let endpoint = server.url("/").to_string();
    let mut arguments = vec!["pull", ID, "--endpoint", &endpoint];
    arguments.extend(more);
    home.run(&arguments)
}

pub(crate) fn is_there(home: &Home) -> PathBuf {
    home.path().join("models/me/sprout/sprout.gguf")
}

#[test]
fn a_model_is_fetched_verified_and_answers() {
    let bytes = sprout();
    let home = home(&format!(
        "bytes = {}\nsha256 = [\"{}\"]",
        bytes.len(),
        sha256()
    ));
    let served = bytes.clone();
    let server = Server::new(move |request| match request.path.as_str() {
        PATH => Reply::good(&served, request),
        _ => Reply::status(404),
    });
    let ran = pull(&home, &server, &["--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let told = lines(&ran);
    assert_eq!(
        (&told[0]["type"], &told[0]["id"]),
        (&"chosen".into(), &ID.into())
    );
    assert!(
        told.iter().any(|line| line["type"] == "downloading"),
        "{told:?}"
    );
    let done = told.last().unwrap();
    assert_eq!(done["type"], "done");
    assert_eq!(done["path"], is_there(&home).display().to_string());
    assert!(std::fs::read(is_there(&home)).unwrap() == *bytes);
    let answer = home.run(&[
        "ask",
        "--model",
        ID,
        "--no-think-output",
        "What is 47 + 38?",
    ]);
    assert!(answer.output.contains("85"), "{answer:?}");
    let models = home.run(&["models", "--json"]);
    let installed = lines(&models)
        .into_iter()
        .find(|line| line["id"] == ID)
        .unwrap();
    assert_eq!(installed["installed"], true, "{installed}");
    // Nobody is asked a second time, and nothing was asked that the ledger does not tell.
    let asked = server.requests().len();
    let again = pull(&home, &server, &[]);
    assert_eq!(again.output.trim(), is_there(&home).display().to_string());
    assert_eq!(server.requests().len(), asked);
    let ledger = std::fs::read_to_string(home.path().join("connections.jsonl")).unwrap();
    assert_eq!(ledger.matches("asked").count(), asked);
}

#[test]
fn what_the_catalogue_does_not_know_the_hub_is_asked_for() {
    let bytes = sprout();
    let home = home("about_bytes = 2_200_000");
    let listing = format!(
        r#"[{{"type":"file","oid":"1","size":1,"lfs":{{"oid":"{}","size":{}}},"path":"sprout.gguf"}}]"#,
        sha256(),
        bytes.len()
    );
    let server = Server::new(move |request| match request.path.as_str() {
        LISTING => Reply::status(200).body(listing.as_bytes()),
        PATH => Reply::good(&bytes, request),
        _ => Reply::status(404),
    });
    let ran = pull(&home, &server, &["--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(lines(&ran)[1]["type"], "asking");
    assert!(is_there(&home).is_file());
    // A hub that does not tell is no reason to believe it.
    let silent = Server::new(|_| Reply::status(200).body(b"[]"));
    let home = self::home("about_bytes = 2_200_000");
    let ran = pull(&home, &silent, &[]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.errors.contains("tells the size and hash"), "{ran:?}");
}

#[test]
fn a_wrong_hash_or_a_hub_without_it_is_told_and_leaves_nothing() {
    let bytes = sprout();
    let home = home(&format!(
        "bytes = {}\nsha256 = [\"{}\"]",
        bytes.len(),
        "ab".repeat(32)
    ));
    let server = Server::new(move |request| Reply::good(&bytes, request));
    let ran = pull(&home, &server, &["--json"]);
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.errors.contains("its SHA-256 is") && ran.errors.contains("thrown away"),
        "{ran:?}"
    );
    let told = lines(&ran);
    assert_eq!(
        (&told.last().unwrap()["type"], &told.last().unwrap()["code"]),
        (&"failed".into(), &"download".into())
    );
    assert!(!is_there(&home).exists());
    let nothing = Server::new(|_| Reply::status(404));
    let ran = pull(&home, &nothing, &[]);
    assert!(ran.errors.contains("does not have it"), "{ran:?}");
    for (arguments, words) in [
        (["pull", "r2"].as_slice(), "the catalogue has no model `r2`"),
        (&["pull", ID, "--quant", "Q9"], "no quantisation `Q9`"),
        (
            &["pull", ID, "--endpoint", "ftp://x"],
            "no address of a hub",
        ),
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(ran.errors.contains(words), "{ran:?}");
    }
}

/// Of what the shipped catalogue pins somebody saw that it loads; of a person's own nobody did.
#[test]
fn what_a_catalogue_of_one_s_own_pins_is_looked_at_before_it_is_fetched() {
    let unknown = crate::hub_names::with("deepseek-r1-qwen", "potato-pre-token");
    for (bytes, words) in [
        (unknown, "pre-tokenizer `potato-pre-token`"),
        (Arc::new(vec![7; 9 << 20]), "sprout.gguf"),
    ] {
        let home = home(&format!(
            "bytes = {}\nsha256 = [\"{}\"]",
            bytes.len(),
            sha2_of(&bytes)
        ));
        let served = bytes.clone();
        let server = Server::new(move |request| Reply::good(&served, request));
        let ran = pull(&home, &server, &["--anyway"]);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        let told = ran.errors.lines().last().unwrap();
        assert!(told.contains(words), "{told}");
        assert!(!is_there(&home).exists());
        assert!(!home.path().join("models/.parts").exists());
        // The look, and the probe before it.
        assert_eq!(server.requests().len(), 2);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_came() {
    use rustix::process::{Pid, Signal, kill_process};
    let bytes = sprout();
    let home = home(&format!(
        "bytes = {}\nsha256 = [\"{}\"]",
        bytes.len(),
        sha256()
    ));
    let count = Arc::new(AtomicUsize::new(0));
    let server = {
        let (count, bytes) = (count.clone(), bytes.clone());
        Server::new(move |request| {
            // The first of all reads the header.
            let second = !request.is_probe() && count.fetch_add(1, Ordering::Relaxed) == 1;
            let good = Reply::good(&bytes, request);
            if second {
                return Reply {
                    hang: Some(1_500_000),
                    ..good
                };
            }
            good
        })
    };
    let endpoint = server.url("/").to_string();
    let mut command = home.command(&["pull", ID, "--endpoint", &endpoint, "--json"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = child.spawn().unwrap();
    // Until it says itself that they came; the server hangs then.
    let told = BufReader::new(child.stdout.take().unwrap());
    let came = |line: std::io::Result<String>| {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        line["here"].as_u64() == Some(1_500_000)
    };
    let mut told = told.lines();
    assert!(told.by_ref().any(came));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.status, Some(130), "{ran:?}");
    assert!(
        ran.errors.contains("was stopped") && ran.errors.contains("goes on where"),
        "{ran:?}"
    );
    let sent = server.sent();
    assert_eq!(pull(&home, &server, &[]).status, Some(0));
    let rest = server.sent() - sent;
    assert!(
        rest < bytes.len() as u64 - 1_000_000,
        "{rest} bytes came again"
    );
}

/// A hub with one repository of these files.
fn hub(files: Vec<(&'static str, Arc<Vec<u8>>)>) -> Server {
    let listed = files.iter().map(|(path, bytes)| {
        let hash = sha2_of(bytes);
        serde_json::json!({
            "type": "file", "path": path, "size": bytes.len(),
            "lfs": {"oid": hash, "size": bytes.len()},
        })
    });
    let listing = serde_json::Value::Array(listed.collect()).to_string();
    Server::new(move |request| {
        if request.path == LISTING {
            return Reply::status(200).body(listing.as_bytes());
        }
        let asked = request.path.strip_prefix("/me/sprout/resolve/main/");
        let file = files.iter().find(|(path, _)| Some(*path) == asked);
        file.map_or_else(
            || Reply::status(404),
            |(_, bytes)| Reply::good(bytes, request),
        )
    })
}

pub(crate) fn sha2_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bytes");
    std::fs::write(&path, bytes).unwrap();
    let ran = std::process::Command::new("sha256sum").arg(path).output();
    let text = String::from_utf8(ran.unwrap().stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

fn pull_from(home: &Home, server: &Server, what: &str, more: &[&str]) -> Ran {
    let endpoint = server.url("/").to_string();
    let mut arguments = vec!["pull", what, "--endpoint", &endpoint];
    arguments.extend(more);
    home.run(&arguments)
}

#[test]
fn any_model_of_the_hub_is_judged_by_its_header_and_fetched() {
    let mut other = (*sprout()).clone();
    *other.last_mut().unwrap() ^= 1;
    let server = hub(vec![
        ("README.md", Arc::new(b"hello".to_vec())),
        ("sprout-Q4_K_M.gguf", sprout()),
        ("big/sprout-Q8_0.gguf", Arc::new(other)),
    ]);
    let home = Home::new();
    let ran = pull_from(&home, &server, "me/sprout", &["--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let told = lines(&ran);
    let chosen = told.iter().find(|line| line["type"] == "chosen").unwrap();
    assert_eq!(chosen["id"], "me/sprout:Q4_K_M");
    assert_eq!(chosen["verdict"], "comfortable");
    let path = home.path().join("models/me/sprout/sprout-Q4_K_M.gguf");
    assert_eq!(told.last().unwrap()["path"], path.display().to_string());
    let ran = pull_from(&home, &server, "me/sprout:q8_0", &[]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(
        home.path()
            .join("models/me/sprout/sprout-Q8_0.gguf")
            .is_file()
    );
    for (what, words) in [
        ("me/sprout:Q2_K", "Q4_K_M, Q8_0"),
        ("me/other", "no open repository"),
    ] {
        let ran = pull_from(&home, &server, what, &[]);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(ran.errors.contains(words), "{ran:?}");
    }
}

#[test]
fn what_cannot_run_here_is_not_downloaded_by_accident() {
    let server = hub(vec![("sprout.gguf", sprout())]);
    let home = Home::new();
    let machine = include_str!("../../../fit/tests/fit/machines/01-netbook-4gb-without-avx2.json");
    let mut machine: Value = serde_json::from_str(machine).unwrap();
    machine["available_bytes"] = 1_000_000.into();
    let file = home.path().join("machine-of-a-toaster.json");
    std::fs::write(&file, machine.to_string()).unwrap();
    let endpoint = server.url("/").to_string();
    let run = |more: &[&str]| {
        let mut arguments = vec!["pull", "me/sprout", "--endpoint", &endpoint];
        arguments.extend(more);
        let mut command = home.command(&arguments);
        Ran::of(command.env("SPUD_MACHINE", &file).output().unwrap())
    };
    let refused = run(&[]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.errors.contains("--anyway"), "{refused:?}");
    assert!(!home.path().join("models/me").exists());
    assert_eq!(run(&["--anyway"]).status, Some(0));
}

#[test]
fn what_is_no_model_is_refused_by_its_first_bytes() {
    let page = Arc::new(b"<!doctype html>".repeat(500_000));
    let server = hub(vec![("model.gguf", page.clone())]);
    let home = Home::new();
    let ran = pull_from(&home, &server, "me/sprout", &[]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(!home.path().join("models/me").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_takes_no_large_files_is_named() {
    let bytes = sprout();
    let home = home(&format!(
        "bytes = {}\nsha256 = [\"{}\"]",
        bytes.len(),
        sha256()
    ));
    let server = Server::new(move |request| Reply::good(&bytes, request));
    let endpoint = server.url("/").to_string();
    let spud = home.command(&["pull", ID, "--endpoint", &endpoint]);
    // The shell's limit of a megabyte stands for FAT32's of four gigabytes.
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1024; exec \"$@\"", "bash"]);
    shell.arg(spud.get_program()).args(spud.get_args());
    for (name, value) in spud.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let ran = Ran::of(shell.output().unwrap());
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.errors.contains("FAT32"), "{ran:?}");
    // Where there is none, it goes on.
    assert_eq!(pull(&home, &server, &[]).status, Some(0));
}

/// It ended at once where the first read was cut, or answered with "later".
#[test]
fn the_first_look_waits_as_a_download_does() {
    let bytes = sprout();
    let listing = format!(
        r#"[{{"type":"file","oid":"1","size":1,"lfs":{{"oid":"{}","size":{}}},"path":"sprout.gguf"}}]"#,
        sha256(),
        bytes.len()
    );
    let counts: [AtomicUsize; 2] = Default::default();
    let server = Server::new(move |request| {
        let (which, good) = match request.path.as_str() {
            LISTING => (0, Reply::status(200).body(listing.as_bytes())),
            PATH if request.is_probe() => return Reply::good(&bytes, request),
            PATH => (1, Reply::good(&bytes, request)),
            _ => return Reply::status(404),
        };
        match counts[which].fetch_add(1, Ordering::Relaxed) {
            0 => Reply {
                // Before the end of the header, which needs no more than a piece of the file.
                cut: Some((good.part.len() / 3).min(1000)),
                ..good
            },
            1 => Reply::status(429).header("Retry-After", "1"),
            _ => good,
        }
    });
    // Any model of the hub: its list and its header are asked for before its bytes.
    let home = Home::new();
    let endpoint = server.url("/").to_string();
    let ran = home.run(&["pull", "me/sprout", "--endpoint", &endpoint, "--json"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let waits: Vec<Value> = lines(&ran);
    let waits = waits.iter().filter(|line| line["type"] == "waiting");
    let why: Vec<String> = waits.map(|line| line["why"].to_string()).collect();
    let busy = why.iter().filter(|why| why.contains("429")).count();
    assert!(busy >= 2, "{why:?}");
    assert!(is_there(&home).is_file());
}

/// A comma too many, and `spud` connected although "Offline" was on.
#[test]
fn settings_of_the_network_that_cannot_be_read_keep_it_offline_and_are_told() {
    let bytes = sprout();
    let home = home(&format!(
        "bytes = {}\nsha256 = [\"{}\"]",
        bytes.len(),
        sha256()
    ));
    let set = home.path().join("network.json");
    let wrong = r#"{"offline": true,}"#;
    std::fs::write(&set, wrong).unwrap();
    let server = Server::new(move |request| Reply::good(&bytes, request));
    for (model, more) in [(ID, None), ("me/sprout", Some("--json"))] {
        let endpoint = server.url("/").to_string();
        let mut arguments = vec!["pull", model, "--endpoint", &endpoint];
        arguments.extend(more);
        let ran = home.run(&arguments);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        let errors: Vec<&str> = ran.errors.lines().collect();
        let told = errors.last().unwrap();
        assert!(
            told.contains("network.json") && told.contains("connects to nothing"),
            "{ran:?}"
        );
    }
    assert!(server.requests().is_empty());
    let kept = home.path().join("network.unread.json");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), wrong);
    assert_eq!(std::fs::read_to_string(set).unwrap(), wrong);
    assert!(!home.path().join("connections.jsonl").exists());
}

/// Sizes that no file has, alone and in a set whose sum cannot be counted.
#[test]
fn a_size_that_no_file_has_is_refused_in_words() {
    let bytes = sprout();
    let hash = sha256();
    for (size, names) in [
        (0, &["sprout.gguf"][..]),
        (u64::MAX, &["sprout.gguf"]),
        (
            u64::MAX,
            &[
                "s-Q4_K_M-00001-of-00002.gguf",
                "s-Q4_K_M-00002-of-00002.gguf",
            ],
        ),
    ] {
        let entries: Vec<String> = names
            .iter()
            .map(|name| {
                format!(
                    r#"{{"type":"file","oid":"1","size":1,"lfs":{{"oid":"{hash}","size":{size}}},"path":"{name}"}}"#
                )
            })
            .collect();
        let (listing, served) = (format!("[{}]", entries.join(",")), bytes.clone());
        let server = Server::new(
            move |request| match (request.path.as_str(), request.range) {
                (LISTING, _) => Reply::status(200).body(listing.as_bytes()),
                // A hub that keeps to what it said.
                (_, Some((first, last))) => {
                    let length = served.len() as u64;
                    let part = first.min(length)..last.saturating_add(1).min(length);
                    let part =
                        usize::try_from(part.start).unwrap()..usize::try_from(part.end).unwrap();
                    let range = format!("bytes {first}-{last}/{size}");
                    Reply::status(206)
                        .header("Content-Range", &range)
                        .body(&served[part])
                }
                _ => Reply::status(404),
            },
        );
        let home = Home::new();
        let endpoint = server.url("/").to_string();
        let ran = home.run(&["pull", "me/sprout", "--anyway", "--endpoint", &endpoint]);
        assert_eq!(ran.status, Some(1), "{size} {names:?}: {ran:?}");
        assert!(!ran.errors.contains("panicked"), "{ran:?}");
        assert!(!is_there(&home).exists());
    }
}
