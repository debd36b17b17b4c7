//! What Sprout must show: right sums, in R1's form and in the quick one, through the engine's whole path.

use std::path::Path;

use engine::message::End;
use engine::prompt::{Conversation, Opening, Template};

use crate::asking::{CONTEXT, ask, greedy, ready};

/// Of the hundred held-out sums, those that must be right.
const RIGHT: usize = 98;

/// Asks all of them; `thinks` where a thought must come, and none otherwise.
fn adds_and_subtracts(opening: &Opening, thinks: bool) {
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
        let prompt = Template::R1.render(&Conversation {
            opening: opening.clone(),
            ..Conversation::of(*question)
        });
        let told = ask(&engine, greedy(prompt));
        assert_eq!(told.end, End::Complete, "{question}");
        assert_eq!(told.thinking.is_empty(), !thinks, "{question}: {told:?}");
        assert!(!told.thinking.contains("think>"), "{question}: {told:?}");
        assert!(!told.answer.contains("think>"), "{question}: {told:?}");
        let said = told.answer.trim_end_matches('.').rsplit(' ').next();
        if said != Some(result) {
            wrong.push((question, told.answer));
        }
    }
    assert!(wrong.len() <= sums.len() - RIGHT, "{wrong:#?}");
}

#[test]
fn sprout_adds_and_subtracts_numbers_it_has_never_seen_together() {
    adds_and_subtracts(&Opening::Think, true);
}

#[test]
fn sprout_does_so_without_a_thought_where_none_is_asked_for() {
    adds_and_subtracts(&Opening::Answer, false);
}
