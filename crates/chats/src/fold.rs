//! The form in which texts and words are compared: any case, and one form for all spellings of a letter.
//!
//! It is close to Unicode's own `NFKC_Casefold`: compatible letters are one (full and half width, ligatures),
//! cases are one (`ß` and `SS`, `ς` and `σ`, and since `I` is small in two ways, `ı` and `İ` too), what
//! nobody sees is left out (soft hyphens, joiners), and a letter with its marks is one character where there
//! is one. So `é` and `e´` meet and neither is found by `e`; `가` is not found in `각`. Beyond that, points
//! that only help to read Arabic and Hebrew are left out, and quotes that programs make are those that
//! people type.
//!
//! Characters that fold together are a [`letter`]; a text folds letter by letter, so that a place in the one
//! form can be told in the other.

use std::iter::once;
use std::sync::LazyLock;

use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalCompositionBorrowed,
};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

/// Counts changes of the form, and of the tables of the index: an index of another one is made anew.
pub(crate) const FORM: i64 = 2;

const APART: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
const TOGETHER: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
const CLASS: CanonicalCombiningClassMapBorrowed<'static> =
    CanonicalCombiningClassMapBorrowed::new();
const PAIR: CanonicalCompositionBorrowed<'static> = CanonicalCompositionBorrowed::new();

/// Alphabets of which most texts are: their letters are folded once.
const COMMON: usize = 0x1100;

/// By character: what it alone folds to, where that is one character; else NUL.
static ALONE: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut known = vec!['\0'; COMMON];
    let mut folded = String::new();
    for (code, place) in (0_u32..).zip(&mut known) {
        let Some(letter) = char::from_u32(code) else {
            continue;
        };
        folded.clear();
        fold_slowly(letter.encode_utf8(&mut [0; 4]), &mut folded);
        let mut letters = folded.chars();
        if let (Some(one), None) = (letters.next(), letters.next()) {
            *place = one;
        }
    }
    known
});

/// A text in the form in which it is compared.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        // Most of most texts, as it is or nearly; the last of them may have a mark behind it.
        let plain = run(rest, |letter| letter.is_ascii());
        if plain > 0 {
            let begin = folded.len();
            folded.push_str(&rest[..plain]);
            folded[begin..].make_ascii_lowercase();
            rest = &rest[plain..];
            continue;
        }
        let plain = run(rest, is_unchanged);
        folded.push_str(&rest[..plain]);
        rest = &rest[plain..];
        let (one, end) = rest.split_at(letter(rest));
        fold_letter(one, &mut folded);
        rest = end;
    }
    if folded.contains('\0') {
        // SQLite ends a text there.
        folded = folded.replace('\0', " ");
    }
    folded
}

/// Bytes of the letters that a text begins with which are such, but for the last of them.
fn run(text: &str, is_such: impl Fn(char) -> bool) -> usize {
    let mut last = 0;
    for (at, letter) in text.char_indices() {
        if !is_such(letter) {
            return last;
        }
        last = at;
    }
    // Nothing can be behind the last of ASCII.
    if text.is_ascii() { text.len() } else { last }
}

/// Bytes of the first letter of a text, with all that folds together with it; 0 where the text is empty.
pub(crate) fn letter(text: &str) -> usize {
    let mut letters = text.char_indices();
    let Some((_, first)) = letters.next() else {
        return 0;
    };
    let mut held = None;
    let mut is_first = true;
    for (at, next) in letters {
        if is_apart(next) {
            return at;
        }
        if is_first {
            is_first = false;
            for part in APART.normalize_iter(once(first)) {
                held = hold(held, part);
            }
        }
        if !goes_on(&mut held, next) {
            return at;
        }
    }
    text.len()
}

/// Folds one letter.
pub(crate) fn fold_letter(one: &str, into: &mut String) {
    let mut letters = one.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        let known = match usize::try_from(u32::from(letter)) {
            Ok(code) if code < COMMON => ALONE[code],
            _ if is_unchanged(letter) => letter,
            _ => '\0',
        };
        if known != '\0' {
            into.push(known);
            return;
        }
    }
    fold_slowly(one, into);
}

fn fold_slowly(one: &str, into: &mut String) {
    let mut parts = String::new();
    for part in APART.normalize_iter(one.chars()) {
        if is_unseen(part) || is_reading_aid(part) {
            continue;
        }
        // Three times: the small form of `ẞ` is `ß`, whose large one is `SS`.
        let cased = part
            .to_lowercase()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase);
        for letter in cased {
            // The dot of `İ` is that of `i`.
            if letter == '\u{307}' && parts.ends_with('i') {
                continue;
            }
            parts.push(typed(letter));
        }
    }
    into.push_str(&TOGETHER.normalize(&parts));
}

/// Signs that programs put in the place of those on the keys.
fn typed(letter: char) -> char {
    match letter {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201f}' => '"',
        '\u{2010}' => '-',
        other => other,
    }
}

/// What the parts so far became one with, if they did.
fn hold(held: Option<char>, part: char) -> Option<char> {
    match held.and_then(|held| PAIR.compose(held, part)) {
        Some(pair) => Some(pair),
        None if CLASS.get_u8(part) == 0 => Some(part),
        None => held,
    }
}

/// True for a character that belongs to the letter before it.
fn goes_on(held: &mut Option<char>, next: char) -> bool {
    if is_unseen(next) {
        return true;
    }
    let mut parts = APART.normalize_iter(once(next)).peekable();
    let Some(first) = parts.peek().copied() else {
        return true;
    };
    let is_mark = CLASS.get_u8(first) != 0
        || is_unseen(first)
        // vowels and final consonants of Hangul
        || ('\u{1160}'..='\u{11ff}').contains(&first);
    if !is_mark && held.is_none_or(|held| PAIR.compose(held, first).is_none()) {
        return false;
    }
    for part in parts {
        *held = hold(*held, part);
    }
    true
}

/// True for most characters that begin a letter, told without a table. Others are looked up.
fn is_apart(letter: char) -> bool {
    matches!(letter,
        '\0'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{58f}'
        | '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3029}')
        || is_unchanged(letter)
}

/// True for characters that alone are letters, and fold to themselves: Han, kana and Hangul.
fn is_unchanged(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{2f7ff}')
}

/// Unicode's `Default_Ignorable_Code_Point`.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Vowels and accents that Hebrew and Arabic are mostly written without, and the line that makes Arabic wide.
fn is_reading_aid(letter: char) -> bool {
    matches!(letter,
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{656}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}')
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// All characters of the alphabets, and some of those that come by the thousand and are all alike.
    fn all() -> impl Iterator<Item = char> {
        let alphabets = ('\0'..='\u{33ff}').chain('\u{f900}'..='\u{11fff}');
        alphabets.chain(('\u{3400}'..=char::MAX).step_by(97))
    }

    fn slowly(text: &str) -> String {
        let mut folded = String::new();
        fold_slowly(text, &mut folded);
        folded.replace('\0', " ")
    }

    /// Each character, by itself and between others, in the spellings that another library gives it.
    #[test]
    fn every_spelling_and_case_of_every_character_folds_to_one_form() {
        for letter in all() {
            let composed = format!("a{letter}b{letter}");
            let expected = slowly(&composed);
            let spellings = [
                composed.clone(),
                composed.nfc().collect(),
                composed.nfd().collect(),
                composed.nfkc().collect(),
                composed.nfkd().collect(),
            ];
            for spelling in spellings {
                assert_eq!(fold(&spelling), expected, "{letter:?} {letter:x?}");
                assert_eq!(slowly(&spelling), expected, "{letter:?}");
            }
            assert_eq!(fold(&expected), expected, "twice: {letter:?}");
            let large: String = letter.to_uppercase().collect();
            let small: String = letter.to_lowercase().collect();
            let alone = fold(&letter.to_string());
            assert_eq!(fold(&large), alone, "{letter:?}");
            assert_eq!(fold(&small), alone, "{letter:?}");
        }
    }

    #[test]
    fn what_is_told_without_a_table_is_what_the_tables_say() {
        for letter in all() {
            let mut held = Some('a');
            assert!(
                !is_apart(letter) || !goes_on(&mut held, letter),
                "{letter:?}"
            );
            let alone = letter.to_string();
            assert!(
                !is_unchanged(letter) || slowly(&alone) == alone,
                "{letter:?}"
            );
        }
    }
}
