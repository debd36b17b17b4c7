//! `spud inspect`: a file's anatomy for people and for scripts, and files that are none.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::builder::Builder;
use crate::spud::{Home, Ran, sprout};

fn json(ran: &Ran) -> Value {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ran.output.lines().count(), 1, "{ran:?}");
    serde_json::from_str(&ran.output).unwrap()
}

fn inspect(home: &Home, path: &Path) -> Ran {
    home.run(&[Path::new("inspect"), path])
}

fn inspect_json(home: &Home, path: &Path) -> Value {
    json(&home.run(&[Path::new("inspect"), Path::new("--json"), path]))
}

fn written(home: &Home, name: &str, file: &Builder) -> PathBuf {
    let path = home.path().join(name);
    fs::write(&path, file.bytes()).unwrap();
    path
}

/// The rest of the line that begins with this word.
fn line<'ran>(ran: &'ran Ran, word: &str) -> &'ran str {
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let mut lines = ran.output.lines();
    let rest = lines.find_map(|line| line.strip_prefix(word));
    rest.unwrap_or_else(|| panic!("no {word}: {ran:?}")).trim()
}

/// The whole object: what a script may rely on.
#[test]
fn the_practice_model_in_json() {
    let home = Home::new();
    let path = sprout();
    let mut found = inspect_json(&home, &path);
    let mix = found["mix"].take();
    assert_eq!(mix[0]["name"], "Q8_0");
    for total in ["bytes", "parameters", "tensors"] {
        let types = mix.as_array().unwrap().iter();
        let sum: u64 = types.map(|share| share[total].as_u64().unwrap()).sum();
        let of_all = if total == "bytes" {
            "weights_bytes"
        } else {
            total
        };
        assert_eq!(found[of_all], sum, "{total}");
    }
    let places = [
        "embedding_bytes",
        "output_bytes",
        "dense_bytes",
        "expert_bytes",
    ];
    let sum: u64 = places
        .iter()
        .map(|&place| found[place].take().as_u64().unwrap())
        .sum();
    assert_eq!(found["weights_bytes"].take(), sum);
    for size in ["parameters", "tensors", "keys"] {
        assert!(found[size].take().as_u64().unwrap() > 0, "{size}");
    }
    let expect = json!({
        "files": [path.to_str().unwrap()],
        "version": 3, "keys": null,
        "name": "Sprout", "architecture": "deepseek2", "file_type": "Q8_0",
        "parameters": null, "weights_bytes": null, "tensors": null,
        "layers": 4, "mtp_layers": 1, "dense_layers": 1, "embedding": 128, "feed_forward": 384,
        "heads": 4, "kv_heads": 1, "attention": "mla",
        "cache_bytes_per_token_f16": 768, "cache_bytes_per_token_q8_0": 408,
        "newer_cache_bytes_per_token_f16": null,
        "context_trained": 1024,
        "experts": {"routed": 8, "active": 2, "shared": 1, "feed_forward": 96},
        "embedding_bytes": null, "output_bytes": null, "output_tied": false,
        "dense_bytes": null, "expert_bytes": null, "mix": null,
        "tokenizer": "gpt2", "tokenizer_pre": "deepseek-r1-qwen", "vocabulary": 640,
        "bos": "<｜begin▁of▁sentence｜>", "eos": "<｜end▁of▁sentence｜>",
        "template": "r1", "notes": [],
    });
    assert_eq!(found, expect);
    // Each name stands in the help.
    let help = home.run(&["help", "inspect"]).output;
    for name in expect.as_object().unwrap().keys() {
        assert!(help.contains(name.as_str()), "{name}: {help}");
    }
}

#[test]
fn the_practice_model_for_people() {
    let home = Home::new();
    let ran = inspect(&home, &sprout());
    for (word, expect) in [
        ("name", "Sprout"),
        ("model", "deepseek2, 2.02 million parameters, labelled Q8_0"),
        ("layers", "4, and 1 that predicts a further token, 128 wide"),
        (
            "experts",
            "8 routed, 2 active, 1 shared; the first layer has none",
        ),
        ("attention", "MLA, 4 heads, 1 of keys and values"),
        ("cache", "768 bytes a token in f16, 408 bytes in q8_0"),
        ("template", "R1's: the prompt opens the thinking"),
    ] {
        assert_eq!(line(&ran, word), expect);
    }
    assert!(!ran.output.contains("note"), "{ran:?}");
}

/// R1's own shape as files before April 2025 have it.
#[test]
fn an_old_file_of_r1_is_told_to_cost_more() {
    let home = Home::new();
    let mut file = Builder::sound();
    file.keys.retain(|(key, _)| !key.starts_with(b"qwen2."));
    file.text("general.architecture", "deepseek2");
    for (key, value) in [
        ("block_count", 61),
        ("context_length", 163_840),
        ("embedding_length", 7_168),
        ("feed_forward_length", 18_432),
        ("attention.head_count", 128),
        ("attention.head_count_kv", 128),
        ("attention.key_length", 192),
        ("attention.value_length", 128),
        ("attention.kv_lora_rank", 512),
        ("rope.dimension_count", 64),
    ] {
        file.number(&format!("deepseek2.{key}"), value);
    }
    let path = written(&home, "old.gguf", &file);
    let found = inspect_json(&home, &path);
    assert_eq!(found["attention"], "gqa");
    assert_eq!(found["cache_bytes_per_token_f16"], 4_997_120);
    assert_eq!(found["newer_cache_bytes_per_token_f16"], 70_272);
    let ran = inspect(&home, &path);
    assert!(
        line(&ran, "note").contains("4.77 MiB of memory, 71 times the 68.6 KiB"),
        "{ran:?}"
    );
    assert!(
        line(&ran, "note").ends_with("prefer a newer one"),
        "{ran:?}"
    );
}

#[test]
fn templates_are_told_apart() {
    let home = Home::new();
    for (template, expect) in [
        (
            Some("{{'<｜User｜>'}}{{'<｜Assistant｜><think>\\n'}}"),
            "r1",
        ),
        (
            Some("{{'<｜User｜>'}}{{'<｜Assistant｜>'}}{{content.split('</think>')[-1]}}"),
            "r1_january",
        ),
        (Some("{{'<｜User｜>'}}{{'<｜Assistant｜>'}}"), "other"),
        (
            Some("{{'<｜User｜>'}}{% set ns.is_last_user %}{{'<｜Assistant｜>'}}{{'</think>'}}"),
            "r1_0528",
        ),
        (Some("{{'<|im_start|>'}}"), "other"),
        (None, "none"),
    ] {
        let mut file = Builder::sound();
        file.without("tokenizer.chat_template");
        if let Some(template) = template {
            file.text("tokenizer.chat_template", template);
        }
        let path = written(&home, "model.gguf", &file);
        assert_eq!(inspect_json(&home, &path)["template"], expect);
    }
}

#[test]
fn a_set_is_one_model_and_its_parts_are_named() {
    let home = Home::new();
    let part = |number: u32| home.path().join(format!("m-{number:05}-of-00002.gguf"));
    for number in [1, 2] {
        let mut file = if number == 1 {
            Builder::sound()
        } else {
            Builder::empty()
        };
        file.tensors.clear();
        file.tensor(&format!("blk.{number}.ffn_up.weight"), &[64], 0);
        file.number("split.no", number - 1);
        file.number("split.count", 2);
        fs::write(part(number), file.bytes()).unwrap();
    }
    let found = inspect_json(&home, &part(1));
    assert_eq!(found["files"], json!([part(1), part(2)]));
    assert_eq!(
        (&found["tensors"], &found["weights_bytes"]),
        (&json!(2), &json!(512))
    );
    let ran = inspect(&home, &part(1));
    assert_eq!(line(&ran, "part"), format!("1 of 2: {}", part(1).display()));
    let second = inspect(&home, &part(2));
    assert!(
        second
            .complaint()
            .contains("is part 2 of 2: open the first part instead")
    );
    fs::remove_file(part(2)).unwrap();
    let alone = inspect(&home, &part(1));
    assert!(
        alone.complaint().contains("part 2 of 2 is missing"),
        "{alone:?}"
    );
}

#[test]
fn what_is_no_model_is_said_in_one_line() {
    let home = Home::new();
    let path = home.path().join("model.gguf");
    let whole = fs::read(sprout()).unwrap();
    let foreign = {
        let mut file = Builder::sound();
        file.text("general.architecture", "gemma3");
        file.bytes()
    };
    for (bytes, expect) in [
        (&whole[..whole.len() / 2], "is incomplete"),
        (&whole[..9], "is incomplete"),
        (b"<html>404</html>", "web page"),
        (b"PK\x03\x04", "zip"),
        (b"", "it is empty"),
        (&foreign, "architecture `gemma3`"),
    ] {
        fs::write(&path, bytes).unwrap();
        for more in [&[][..], &["--json"]] {
            let ran = home.run(&[&["inspect", path.to_str().unwrap()], more].concat());
            let complaint = ran.complaint();
            assert!(complaint.contains(expect), "{complaint}");
            assert!(complaint.contains("model.gguf"), "{complaint}");
            assert_eq!(ran.output, "", "nothing half");
        }
    }
    for (path, expect) in [
        (home.path().join("nowhere.gguf"), "does not exist"),
        (home.path().to_owned(), "is not an ordinary file"),
    ] {
        let ran = inspect(&home, &path);
        assert!(ran.complaint().contains(expect), "{ran:?}");
    }
    assert_eq!(home.run(&["inspect"]).status, Some(2));
}

/// What a file calls itself neither speaks to the terminal nor writes lines of its own.
#[test]
fn names_are_tamed() {
    let home = Home::new();
    let evil = "\u{1b}[2JR1\nnote       free\u{9b}31m of\u{202e} charge\u{7}\r\ttoday";
    let mut file = Builder::sound();
    file.text("general.name", evil);
    file.text(
        "tokenizer.ggml.pre",
        &format!("{evil}{}", "x".repeat(100_000)),
    );
    let path = written(&home, "evil.gguf", &file);
    let ran = inspect(&home, &path);
    assert_eq!(
        line(&ran, "name"),
        "[2JR1 note       free31m of charge today"
    );
    assert!(
        ran.output
            .lines()
            .filter(|line| line.starts_with("note"))
            .all(|line| line.contains("it cannot be loaded")),
        "{ran:?}"
    );
    let tokenizer = line(&ran, "tokenizer");
    assert!(tokenizer.ends_with("xx…"), "{tokenizer}");
    assert!(tokenizer.chars().count() < 250, "{tokenizer}");
    assert!(
        !ran.output
            .contains(|letter: char| letter != '\n' && letter.is_control())
    );
    // A script gets it as it is, escaped.
    let ran = home.run(&["inspect", "--json", path.to_str().unwrap()]);
    assert!(!ran.output.contains('\u{1b}'), "{ran:?}");
    assert_eq!(json(&ran)["name"], evil);
    // A broken file's words are escaped too.
    file.key(evil, 99, &[]);
    let path = written(&home, "broken.gguf", &file);
    let broken = inspect(&home, &path);
    assert!(!broken.complaint().contains('\u{1b}'), "{broken:?}");
    assert!(
        broken.complaint().contains("has an unknown value type"),
        "{broken:?}"
    );
}
