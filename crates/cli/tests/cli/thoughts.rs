//! What is a thought, whoever was told to have none; and models that are no R1, by their own templates.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::odd_hub::Hub;
use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};
use crate::spud::{Home, Ran, sprout};

/// Asked in the quick form, whose prompt ends with two line breaks.
fn quick(home: &Home, model: &str, thinking: &str, answer: &str) {
    let asked = [
        "ask",
        "--quick",
        "--max-tokens",
        "2000",
        "--model",
        model,
        "Hi",
    ];
    let person = home.run(&asked);
    assert_eq!(person.output.trim_end(), answer, "{person:?}");
    assert!(person.errors.contains(thinking), "{person:?}");
    let program = home.run(&[&asked[..], &["--json"]].concat());
    let lines = program.lines();
    assert_eq!(lines.text("thinking"), thinking, "{program:?}");
    assert_eq!(lines.text("answer"), answer, "{program:?}");
    let done = lines.done();
    let counted = (&done["thinking_tokens"], &done["answer_tokens"]);
    let none = thinking.is_empty();
    assert_eq!(counted.0.as_u64() == Some(0), none, "{program:?}");
    assert_eq!(done["reason"], "complete", "{program:?}");
}

#[test]
fn a_quick_answer_that_is_a_thought_is_told_as_one() {
    let home = Home::new();
    for (name, script, thinking, answer) in [
        (
            "closes",
            &["\n", "so 1", THINK_CLOSE, "ye!", END][..],
            "so 1",
            "ye!",
        ),
        (
            "opens",
            &["\n", THINK_OPEN, "so 1", THINK_CLOSE, "ye!", END],
            "so 1",
            "ye!",
        ),
        (
            "quotes",
            &["\n", "a `", THINK_CLOSE, "'!", END],
            "",
            "a `</think>'!",
        ),
        ("ends", &["\n", "ye!", THINK_CLOSE, END], "", "ye!"),
        ("answers", &["\n", "ye!", END], "", "ye!"),
    ] {
        let path = model(&format!("thoughts-{name}"), &[script]);
        quick(&home, path.to_str().unwrap(), thinking, answer);
    }
}

#[test]
fn a_second_thought_is_one_too() {
    let home = Home::new();
    let script = [
        &[ASSISTANT, THINK_OPEN, "ab", THINK_CLOSE][..],
        &[THINK_CLOSE, "y!", END],
    ];
    let path = model("thoughts-one", &script);
    let ran = home.run(&["ask", "--json", "--model", path.to_str().unwrap(), "Hi"]);
    assert_eq!(ran.lines().text("thinking"), "ab", "{ran:?}");
}

#[test]
fn sprout_answers_a_sum_without_a_thought() {
    let home = Home::new();
    let asked = ["ask", "--quick", "--temperature", "0", "What is 5 + 6?"];
    let person = home.run(&asked);
    assert!(person.output.ends_with("5 + 6 = 11.\n"), "{person:?}");
    assert!(!person.output.contains(THINK_CLOSE), "{person:?}");
    assert_eq!(person.status, Some(0));
    let program = home.run(&[&asked[..], &["--json"]].concat());
    assert_eq!(program.lines().text("thinking"), "", "{program:?}");
}

/// Sprout under other words: each of R1's, in vocabulary and template, has another of the same length.
fn other(name: &str, words: &[(&str, &str)]) -> PathBuf {
    let mut bytes = fs::read(sprout()).unwrap();
    let header = bytes.len().min(1 << 20);
    for (ours, theirs) in words {
        assert_eq!(ours.len(), theirs.len(), "{ours} {theirs}");
        for at in 0..header {
            if bytes[at..].starts_with(ours.as_bytes()) {
                bytes[at..at + ours.len()].copy_from_slice(theirs.as_bytes());
            }
        }
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.gguf"));
    fs::write(&path, bytes).unwrap();
    path
}

const OTHER: [(&str, &str); 2] = [
    ("<｜User｜>", "<|im_user|>|"),
    ("<｜Assistant｜>", "<|im_assistant|>|"),
];

#[test]
fn a_model_that_is_no_r1_is_asked_by_its_own_template() {
    let home = Home::new();
    let path = other("no-r1", &OTHER);
    let path = path.to_str().unwrap();
    let sums = ["47 + 38", "905 - 17", "12 + 12", "300 + 99", "81 - 80"];
    let right = |model: &[&str]| {
        let right = sums.iter().filter(|sum| {
            let question = format!("What is {sum}?");
            let asked = [&["ask", "--temperature", "0"], model, &[question.as_str()]].concat();
            let ran = home.run(&asked);
            let numbers: Vec<i64> = sum
                .split([' ', '+', '-'])
                .filter_map(|number| number.parse().ok())
                .collect();
            let sum = if sum.contains('+') {
                numbers[0] + numbers[1]
            } else {
                numbers[0] - numbers[1]
            };
            assert_eq!(
                ran.errors.contains("is not an R1"),
                !model.is_empty(),
                "{ran:?}"
            );
            ran.output.contains(&sum.to_string())
        });
        right.count()
    };
    assert_eq!(right(&[]), sums.len());
    assert_eq!(right(&["--model", path]), sums.len(), "by its own words");
}

#[test]
fn a_model_that_cannot_be_asked_says_so_before_it_is_loaded() {
    let home = Home::new();
    let without = [
        &OTHER[..],
        &[("tokenizer.chat_template", "tokenizer.chat_templat_")],
    ]
    .concat();
    let broken = [&OTHER[..], &[("{%- endif -%}", "{%- endfi -%}")]].concat();
    for (name, words, said) in [
        ("no-template", without, "has no chat template"),
        ("odd-template", broken, "its chat template does not run"),
    ] {
        let path = other(name, &words);
        let ran = home.run(&["ask", "--model", path.to_str().unwrap(), "Hi"]);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(ran.complaint().contains(said), "{ran:?}");
        assert!(ran.complaint().contains(&format!("{name}.gguf")), "{ran:?}");
    }
}

/// Before the download, by the remote header.
#[test]
fn a_model_of_a_hub_that_is_no_r1_is_told_before_it_is_fetched() {
    let path = other("far", &[&OTHER[..], &[("Sprout", "QwQ 1B")]].concat());
    let file = Arc::new(fs::read(path).unwrap());
    let server = Hub::default()
        .with("qw/q", &["QwQ-Q8_0.gguf"], &file)
        .start();
    let home = Home::new();
    let endpoint = server.url("/").to_string();
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        Ran::of(command.env("HF_ENDPOINT", &endpoint).output().unwrap())
    };
    let ran = run(&["pull", "qw/q"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.errors.contains("It is not an R1. It is QwQ"), "{ran:?}");
    let fit = run(&["fit", ran.output.trim(), "--json"]);
    let told: serde_json::Value = serde_json::from_str(&fit.output).unwrap();
    assert_eq!(
        (&told["kin"], &told["is_r1"]),
        (&"qwq".into(), &false.into()),
        "{fit:?}"
    );
}
