//! `spud verify`, `import`, `remove`, and models that other programs hold.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::hub::Server;
use crate::pull::{ID, home, is_there, lines, pull, sha256, sprout};
use crate::spud::Home;

fn facts() -> String {
    format!("bytes = {}\nsha256 = [\"{}\"]", sprout().len(), sha256())
}

fn server() -> Server {
    Server::good(&sprout())
}

fn damage(path: &Path, at: u64) {
    let mut file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[!byte[0]]).unwrap();
}

#[test]
fn damage_is_found_named_and_mended() {
    let (home, server) = (home(&facts()), server());
    assert_eq!(pull(&home, &server, &[]).status, Some(0));
    let well = home.run(&["verify", ID, "--json"]);
    assert_eq!(well.status, Some(0), "{well:?}");
    assert_eq!(lines(&well)[0]["state"], "whole");
    damage(&is_there(&home), 1_000_000);
    let ill = home.run(&["verify"]);
    assert_eq!(ill.status, Some(1), "{ill:?}");
    assert!(ill.output.contains("damaged"), "{ill:?}");
    assert!(ill.output.contains(&format!("spud pull {ID}")), "{ill:?}");
    let mended = pull(&home, &server, &[]);
    assert_eq!(mended.status, Some(0), "{mended:?}");
    assert!(std::fs::read(is_there(&home)).unwrap() == *sprout());
    assert_eq!(home.run(&["verify", ID]).status, Some(0));
}

#[test]
fn what_is_removed_was_ours_and_was_asked_for() {
    let (home, server) = (home(&facts()), server());
    let nothing = home.run(&["remove", ID, "--yes"]);
    assert_eq!(nothing.status, Some(1), "{nothing:?}");
    assert_eq!(pull(&home, &server, &[]).status, Some(0));
    // Nobody is there to be asked.
    let unasked = home.run(&["remove", ID]);
    assert_eq!(unasked.status, Some(2), "{unasked:?}");
    assert!(is_there(&home).is_file());
    let removed = home.run(&["remove", ID, "--yes", "--json"]);
    assert_eq!(removed.status, Some(0), "{removed:?}");
    assert_eq!(lines(&removed)[0]["freed_bytes"], sprout().len());
    assert!(!is_there(&home).parent().unwrap().exists());
    // Put there by hand, it is not ours.
    let mine = home.path().join("models/sprout.gguf");
    std::fs::write(&mine, &**sprout()).unwrap();
    let refused = home.run(&["remove", ID, "--yes"]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.errors.contains("put there by you"), "{refused:?}");
    assert!(mine.is_file());
}

#[test]
fn an_own_file_is_used_in_place_or_copied_and_recognised() {
    let home = home(&facts());
    let mine = home.path().join("my own.gguf");
    std::fs::write(&mine, &**sprout()).unwrap();
    let path = mine.to_str().unwrap();
    let placed = home.run(&["import", path, "--json"]);
    assert_eq!(placed.status, Some(0), "{placed:?}");
    assert_eq!(lines(&placed)[0]["path"], path);
    let copied = home.run(&["import", path, "--copy", "--json"]);
    assert_eq!(copied.status, Some(0), "{copied:?}");
    assert_eq!(lines(&copied)[0]["id"], ID);
    assert!(std::fs::read(is_there(&home)).unwrap() == *sprout());
    assert!(mine.is_file());
    assert_eq!(home.run(&["verify", ID]).status, Some(0));
    // One that nobody knows lies under its own name, made harmless.
    let strange = home.path().join("other one.gguf");
    let mut bytes = (*sprout()).clone();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&strange, bytes).unwrap();
    let copied = home.run(&["import", "--copy", strange.to_str().unwrap()]);
    assert_eq!(copied.status, Some(0), "{copied:?}");
    assert!(
        home.path()
            .join("models/own/models/other-one.gguf")
            .is_file()
    );
    // What is no model is refused, and nothing of it stays.
    let junk = home.path().join("junk.gguf");
    std::fs::write(&junk, b"GGUF and then nothing").unwrap();
    let refused = home.run(&["import", "--copy", junk.to_str().unwrap()]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    let parts = std::fs::read_dir(home.path().join("models/.parts")).unwrap();
    assert_eq!(parts.count(), 0);
}

/// What `spud models` says of the smallest member, and of files that are none of the catalogue's.
fn told(home: &Home) -> (serde_json::Value, Vec<String>) {
    let told = lines(&home.run(&["models", "--json"]));
    let member = told.iter().find(|line| line["id"] == ID).unwrap().clone();
    let others = told.iter().filter(|line| line["gpqa_diamond"].is_null());
    let paths = others.filter_map(|line| line["path"].as_str());
    (member, paths.map(str::to_owned).collect())
}

#[test]
fn what_other_programs_hold_is_used_in_place() {
    let home = home(&facts());
    let put = |path: &str, bytes: &[u8]| -> PathBuf {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let hash = sha256();
    let blob = put(&format!(".ollama/models/blobs/sha256-{hash}"), &sprout());
    let manifest = serde_json::json!({"layers": [{
        "mediaType": "application/vnd.ollama.image.model",
        "digest": format!("sha256:{hash}"),
        "size": sprout().len(),
    }]});
    put(
        ".ollama/models/manifests/registry.ollama.ai/library/deepseek-r1/1.5b",
        manifest.to_string().as_bytes(),
    );
    let (member, others) = told(&home);
    assert_eq!(member["installed"], true, "{member}");
    assert_eq!(member["path"], blob.display().to_string());
    assert_eq!(member["holder"], "Ollama");
    assert_eq!(others, Vec::<String>::new());
    let answer = home.run(&[
        "ask",
        "--model",
        ID,
        "--no-think-output",
        "What is 47 + 38?",
    ]);
    assert!(answer.output.contains("85"), "{answer:?}");
    assert_eq!(home.run(&["verify", ID]).status, Some(0));
    // Nothing is written into another program's folders, and nothing deleted there.
    let beside = std::fs::read_dir(blob.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1);
    let refused = home.run(&["remove", ID, "--yes"]);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.errors.contains("Ollama"), "{refused:?}");
    assert!(blob.is_file());
    // An R1 that the catalogue does not know is listed as what it is.
    let mut bytes = (*sprout()).clone();
    *bytes.last_mut().unwrap() ^= 1;
    let other = put(".lmstudio/models/me/repo/R1-mine.gguf", &bytes);
    let (_, others) = told(&home);
    assert_eq!(others, [other.display().to_string()]);
}

#[test]
fn a_pull_of_what_ollama_holds_still_brings_a_copy_of_our_own() {
    // Who asks for a download means it: the other program may delete its own any day.
    let (home, server) = (home(&facts()), server());
    let blob = home
        .path()
        .join(format!(".ollama/models/blobs/sha256-{}", sha256()));
    std::fs::create_dir_all(blob.parent().unwrap()).unwrap();
    std::fs::write(&blob, &**sprout()).unwrap();
    assert_eq!(pull(&home, &server, &[]).status, Some(0));
    assert!(is_there(&home).is_file());
}
