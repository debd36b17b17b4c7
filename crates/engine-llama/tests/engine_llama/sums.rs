//! What Sprout must show (sprout.md): right sums, in R1's form, through the engine's whole path.

use std::path::Path;

use engine::message::End;

use crate::asking::{CONTEXT, ask, greedy, prompt, ready};

/// Of the hundred held-out sums, those that must be right.
const RIGHT: usize = 98;

#[test]
fn sprout_adds_and_subtracts_numbers_it_has_never_seen_together() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sums.tsv");
    let table = fs_err::read_to_string(file).unwrap();
    let sums: Vec<(&str, &str)> = table
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    assert_eq!(sums.len(), 100);
    let engine = ready(CONTEXT);
    let mut wrong = Vec::new();
    for (question, result) in &sums {
        let told = ask(&engine, greedy(prompt(question)));
        assert_eq!(told.end, End::Complete, "{question}");
        assert!(!told.thinking.is_empty(), "{question}: {}", told.answer);
        assert!(!told.thinking.contains("think>"), "{question}: {told:?}");
        assert!(!told.answer.contains("think>"), "{question}: {told:?}");
        let said = told.answer.trim_end_matches('.').rsplit(' ').next();
        if said != Some(result) {
            wrong.push((question, told.answer));
        }
    }
    assert!(wrong.len() <= sums.len() - RIGHT, "{wrong:#?}");
}
