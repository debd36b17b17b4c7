//! Models that other programs hold.

use std::path::Path;

use library::{Find, Holder, Roots, finds};

const HASH: &str = "8d3a2b1c0f9e8d7c6b5a493827160504030201000f0e0d0c0b0a090807060504";

fn put(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn manifest(digest: &str, size: usize) -> String {
    serde_json::json!({
        "schemaVersion": 2,
        "layers": [
            {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:00", "size": 9},
            {"mediaType": "application/vnd.ollama.image.model", "digest": digest, "size": size},
        ],
    })
    .to_string()
}

#[test]
fn each_program_is_read_as_it_keeps_its_models() {
    let user = tempfile::tempdir().unwrap();
    let at = |path: &str| user.path().join(path);
    let ollama = at(".ollama/models");
    put(&ollama.join(format!("blobs/sha256-{HASH}")), b"model");
    let library = ollama.join("manifests/registry.ollama.ai/library/deepseek-r1");
    put(
        &library.join("1.5b"),
        manifest(&format!("sha256:{HASH}"), 5).as_bytes(),
    );
    put(&at(".lmstudio/models/me/R1-GGUF/R1-Q4.gguf"), b"studio");
    put(&at(".lmstudio/models/me/R1-GGUF/config.json"), b"{}");
    let cache = at(".cache/huggingface/hub/models--me--R1-GGUF");
    put(&cache.join("blobs").join(HASH), b"hugging");
    let snapshot = cache.join("snapshots/0123abcd");
    std::fs::create_dir_all(&snapshot).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(format!("../../blobs/{HASH}"), snapshot.join("R1-Q8.gguf")).unwrap();
    let found = finds(&Roots::below(user.path()));
    let told: Vec<_> = found
        .iter()
        .map(|find| {
            (
                find.holder,
                find.name.as_str(),
                find.bytes,
                find.sha256.is_some(),
            )
        })
        .collect();
    let mut expected = vec![
        (Holder::LmStudio, "R1-Q4", 6, false),
        (Holder::Ollama, "deepseek-r1:1.5b", 5, true),
    ];
    if cfg!(unix) {
        expected.insert(0, (Holder::HuggingFace, "R1-Q8", 7, true));
    }
    assert_eq!(told, expected);
}

#[test]
fn a_hostile_manifest_leads_nowhere() {
    let user = tempfile::tempdir().unwrap();
    let root = user.path().join(".ollama/models");
    let secret = user.path().join("secret");
    put(&secret, b"model");
    put(&root.join(format!("blobs/sha256-{HASH}")), b"model");
    let of = |digest: &str, size| manifest(digest, size);
    for (name, text) in [
        ("up", of("sha256:../../../secret", 5)),
        ("absolute", of(secret.to_str().unwrap(), 5)),
        ("size", of(&format!("sha256:{HASH}"), 4)),
        ("gone", of(&format!("sha256:{}", HASH.replace('8', "9")), 5)),
        ("none", "{\"layers\": []}".to_owned()),
        ("nonsense", "\u{0}\u{202e}not json".to_owned()),
        ("huge", "[".repeat(2 << 20)),
        ("deep", "[".repeat(100_000)),
    ] {
        put(
            &root.join("manifests/r/library/bad").join(name),
            text.as_bytes(),
        );
    }
    assert_eq!(finds(&Roots::below(user.path())), Vec::<Find>::new());
}

#[test]
#[cfg(unix)]
fn links_in_a_circle_end() {
    let user = tempfile::tempdir().unwrap();
    let root = user.path().join(".lmstudio/models");
    put(&root.join("me/a/one.gguf"), b"x");
    std::os::unix::fs::symlink(&root, root.join("me/again")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.join("me/a/dangling.gguf")).unwrap();
    assert_eq!(finds(&Roots::below(user.path())).len(), 1);
}
