//! The words around the place that was found, as they were written.

use std::collections::VecDeque;

#[cfg(test)]
use crate::fold::fold;
use crate::fold::{fold_letter, letter};

/// Letters of a text that are shown before the first word that was found, and in all.
const BEFORE: usize = 40;
const SHOWN: usize = 160;

/// The words around the first that is found, on one line, those searched for at odd places. `folded` is the
/// text as it is compared, and the words are such.
pub(crate) fn snippet(text: &str, folded: &str, words: &[String]) -> Vec<String> {
    let first = words.iter().filter_map(|word| folded.find(word)).min();
    let from = before(text, first.unwrap_or(0));
    let window = Window::of(&text[from..]);
    let is_found = window.found(words);
    let mut pieces = vec![String::from(if from > 0 { "…" } else { "" })];
    for (letter, is_word) in window.letters.iter().zip(is_found) {
        let shown = letter.chars();
        let shown = shown.map(|letter| if letter.is_control() { ' ' } else { letter });
        if is_word == pieces.len().is_multiple_of(2) {
            pieces.last_mut().expect("BUG: there is one").extend(shown);
        } else {
            pieces.push(shown.collect());
        }
    }
    if from + window.bytes < text.len() {
        if pieces.len().is_multiple_of(2) {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("BUG: there is one").push('…');
    }
    pieces
}

/// Where to begin, so that this byte of the folded text is seen with some letters before it.
fn before(text: &str, place: usize) -> usize {
    let mut last = VecDeque::new();
    let (mut at, mut folded) = (0, String::new());
    let mut passed = 0;
    while at < text.len() {
        let length = letter(&text[at..]);
        folded.clear();
        fold_letter(&text[at..at + length], &mut folded);
        if passed + folded.len() > place {
            break;
        }
        passed += folded.len();
        last.push_back(at);
        if last.len() > BEFORE {
            last.pop_front();
        }
        at += length;
    }
    last.front().copied().unwrap_or(at)
}

/// The letters that are shown.
struct Window<'a> {
    letters: Vec<&'a str>,
    bytes: usize,
    folded: String,
    /// Where each letter begins in the folded text.
    begins: Vec<usize>,
}

impl<'a> Window<'a> {
    fn of(text: &'a str) -> Self {
        let mut window = Self {
            letters: Vec::new(),
            bytes: 0,
            folded: String::new(),
            begins: Vec::new(),
        };
        while window.letters.len() < SHOWN && window.bytes < text.len() {
            let rest = &text[window.bytes..];
            let one = &rest[..letter(rest)];
            window.begins.push(window.folded.len());
            fold_letter(one, &mut window.folded);
            window.letters.push(one);
            window.bytes += one.len();
        }
        window
    }

    /// For each letter whether it is, at least in part, of a word.
    fn found(&self, words: &[String]) -> Vec<bool> {
        let mut is_found = vec![false; self.letters.len()];
        for word in words.iter().filter(|word| !word.is_empty()) {
            for (place, there) in self.folded.match_indices(word.as_str()) {
                let end = place + there.len();
                // The last one that begins at the place or before it.
                let first = self.begins.partition_point(|begin| *begin <= place) - 1;
                let behind = self.begins.partition_point(|begin| *begin < end);
                is_found[first..behind].fill(true);
            }
        }
        is_found
    }
}

/// For tests: what is shown of a text for words as they are typed.
#[cfg(test)]
fn shown(text: &str, words: &[&str]) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|word| fold(word)).collect();
    snippet(text, &fold(text), &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_marks_every_word_and_says_where_it_was_cut() {
        assert_eq!(shown("one Two one", &["two"]), ["one ", "Two", " one"]);
        assert_eq!(shown("two\ntwo", &["two"]), ["", "two", " ", "two"]);
        assert_eq!(shown("解释注意力", &["注意"]), ["解释", "注意", "力"]);
        let long = format!("{}needle{}", "a ".repeat(100), " b".repeat(200));
        let pieces = shown(&long, &["needle"]);
        assert!(pieces[0].starts_with('…') && pieces[1] == "needle");
        assert!(pieces[2].ends_with('…'));
        assert_eq!(pieces.concat().chars().count(), SHOWN + 2);
        assert_eq!(shown("x".repeat(200).as_str(), &["x"]).len(), 3);
    }

    #[test]
    fn a_snippet_has_the_words_as_they_were_written() {
        for (text, word, expected) in [
            ("die Stra\u{df}e", "STRASSE", ["die ", "Stra\u{df}e", ""]),
            ("die Stra\u{df}e", "s", ["die ", "S", "tra"]),
            (
                "un cafe\u{301} noir",
                "caf\u{e9}",
                ["un ", "cafe\u{301}", " noir"],
            ),
            (
                "\u{1100}\u{1161}\u{11b7}자 요리",
                "감",
                ["", "\u{1100}\u{1161}\u{11b7}", "자 요리"],
            ),
            ("e\u{fb03}cient", "ff", ["e", "\u{fb03}", "cient"]),
            (
                "Kar\u{ad}tof\u{ad}fel zero",
                "kartoffel",
                ["", "Kar\u{ad}tof\u{ad}fel", " zero"],
            ),
        ] {
            let pieces = shown(text, &[word]);
            assert_eq!(pieces[..2], expected[..2], "{word} in {text}");
            assert_eq!(pieces.concat(), text);
        }
    }
}
