//! Files that are no model for this machine: one clear line each, in text and in JSON.

use std::fs::{self, File};
use std::path::Path;

use crate::builder;
use crate::spud::{Home, machine, sprout};

/// What is said of a file, with its code.
fn refused(model: &Path) -> (String, String) {
    let home = Home::new();
    let model = model.to_str().unwrap();
    let person = home.run(&["ask", "--model", model, "What is 1 + 1?"]);
    assert_eq!(person.output, "", "{person:?}");
    let complaint = person.complaint().to_owned();
    assert!(complaint.contains(model), "it names the file: {complaint}");

    let program = home.run(&["ask", "--json", "--model", model, "What is 1 + 1?"]);
    let lines = program.lines();
    let done = lines.done();
    assert_eq!(done["reason"], "failed", "{program:?}");
    assert!(
        complaint.contains(done["message"].as_str().unwrap()),
        "{program:?}"
    );
    (done["code"].as_str().unwrap().to_owned(), complaint)
}

fn written(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("model.gguf");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_file_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = refused(&folder.path().join("none.gguf"));
    assert_eq!(code, "model_missing", "{said}");
    let (code, said) = refused(folder.path());
    assert_eq!(code, "model_broken", "a folder: {said}");
}

#[test]
fn a_file_that_is_no_gguf() {
    let folder = tempfile::tempdir().unwrap();
    for (bytes, word) in [
        (b"".as_slice(), ""),
        (b"Hello, I am a letter to my aunt.", ""),
        (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"PK\x03\x04 and so on, an archive of some kind", ""),
    ] {
        let (code, said) = refused(&written(folder.path(), bytes));
        assert_eq!(code, "model_broken", "{said}");
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_file_that_was_cut_off_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(sprout()).unwrap();
    for length in [4, 30, 4_000, whole.len() / 2, whole.len() - 1] {
        let (code, said) = refused(&written(folder.path(), &whole[..length]));
        assert_eq!(code, "model_broken", "at {length}: {said}");
    }
}

#[test]
fn a_file_of_another_architecture() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = builder::Builder::sound();
    file.without("general.architecture");
    file.text("general.architecture", "gemma3");
    let (code, said) = refused(&written(folder.path(), &file.bytes()));
    assert_eq!(code, "model_unsupported", "{said}");
    assert!(said.contains("gemma3"), "{said}");
}

#[test]
fn a_file_too_large_for_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = builder::Builder::whole();
    // 2 TiB of F16, none of which is on the disk.
    file.tensor("output.weight", &[1 << 13, 1 << 27], 1);
    let path = written(folder.path(), &file.bytes());
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len((2 << 40) + (1 << 20))
        .unwrap();
    let (code, said) = refused(&path);
    assert_eq!(code, "model_too_big", "{said}");
    assert!(
        said.contains("2.00 TiB") && said.contains("this machine has"),
        "{said}"
    );
}

#[test]
fn a_header_in_order_over_tensors_that_llama_cpp_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = builder::Builder::whole();
    file.tensor("output.weight", &[64], 0);
    let (code, said) = refused(&written(folder.path(), &file.bytes()));
    assert_eq!(code, "model_broken", "{said}");
    assert!(said.contains("output.weight"), "{said}");
}

/// What the engine would end its process over is refused before, with the field's name.
#[test]
fn a_header_in_order_over_a_model_that_the_engine_would_die_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = builder::Builder::whole();
    file.text("qwen2.rope.scaling.type", "evil");
    let (code, said) = refused(&written(folder.path(), &file.bytes()));
    assert_eq!(code, "model_broken", "{said}");
    assert!(said.contains("`qwen2.rope.scaling.type`"), "{said}");
}

/// The plan puts it on a GPU that a file promises and that is not there: that is told, and the
/// processor is tried, where llama.cpp says what is wrong with the file itself.
#[test]
fn a_gpu_that_is_gone_is_done_without() {
    let home = Home::new();
    let mut file = builder::Builder::whole();
    // 128 MiB of F16, none of which is on the disk; a smaller model would never go to a GPU. The
    // engine does not take the shape.
    file.tensor("output.weight", &[1 << 13, 1 << 13], 1);
    let path = written(home.path(), &file.bytes());
    let size = (128 << 20) + (1 << 20);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(size)
        .unwrap();
    let ran = home
        .command(&["ask", "--model", path.to_str().unwrap(), "47 + 38"])
        .env("SPUD_MACHINE", machine("06-desktop-24gb-gpu"))
        .output()
        .unwrap();
    let errors = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("trying smaller settings") && errors.contains("on the processor"),
        "{errors}"
    );
    assert!(errors.contains("could not be loaded"), "{errors}");
}
