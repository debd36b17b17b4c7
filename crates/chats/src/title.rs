//! The title of a chat, made from its first message or given by a person.
//!
//! A title stands in a list and in a window's title bar, so it is one line without anything that
//! could turn the words around it.

/// Characters of a title that we make; the list shows fewer.
const LONGEST: usize = 60;
/// A word boundary before this one would leave too little of a title.
const SHORTEST: usize = 30;
/// Characters of a title that a person gives.
const LONGEST_GIVEN: usize = 200;

/// What a chat is called whose first message has no words.
const NAMELESS: &str = "New chat";

/// Makes a title from the first message of a chat: its first line with words, without the marks
/// of Markdown, cut after a word. Never empty.
pub fn title_from(text: &str) -> String {
    // A fence opens code; its language is no title.
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with("```") && !line.starts_with("~~~")
    });
    for line in lines {
        let clean = one_line(line, LONGEST * 2);
        let words = without_marks(&clean);
        if words.chars().any(char::is_alphanumeric) {
            return cut(words, LONGEST);
        }
    }
    // Only emoji or punctuation: still better than no title.
    let clean = one_line(text, LONGEST * 2);
    if clean.is_empty() {
        NAMELESS.to_owned()
    } else {
        cut(&clean, LONGEST)
    }
}

/// Cleans a title that a person typed; `None` where nothing is left of it.
pub(crate) fn given(text: &str) -> Option<String> {
    let clean = one_line(text, LONGEST_GIVEN * 2);
    (!clean.is_empty()).then(|| cut(&clean, LONGEST_GIVEN))
}

/// At most this many characters of the text, on one line, with what cannot be seen left out.
fn one_line(text: &str, longest: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
        } else if !is_invisible(c) {
            if gap && !line.is_empty() {
                line.push(' ');
                length += 1;
            }
            gap = false;
            line.push(c);
            length += 1;
        }
        if length > longest {
            break;
        }
    }
    line
}

/// Controls, marks of direction and the byte order mark. Joiners stay: Persian words and emoji
/// are written with them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Drops the marks of headings, quotes and lists at the beginning of a line.
fn without_marks(line: &str) -> &str {
    let mut rest = line;
    loop {
        let marks = rest.len() - rest.trim_start_matches('#').len();
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = if (1..=6).contains(&marks) {
            rest[marks..].strip_prefix(' ')
        } else if (1..=3).contains(&number) {
            let point = rest[number..].strip_prefix(['.', ')']);
            point.and_then(|after| after.strip_prefix(' '))
        } else if let Some(after) = rest.strip_prefix('>') {
            Some(after)
        } else {
            let bullet = rest.strip_prefix(['-', '*', '+', '•']);
            bullet.and_then(|after| after.strip_prefix(' '))
        };
        let Some(after) = after else { return rest };
        rest = after.trim_start();
    }
}

/// Cuts after a word where one ends late enough, else between two characters.
fn cut(words: &str, longest: usize) -> String {
    let Some((end, _)) = words.char_indices().nth(longest) else {
        return words.to_owned();
    };
    let shortest = words.char_indices().nth(SHORTEST).map_or(end, |(at, _)| at);
    let kept = match words[..end].rfind(' ') {
        // The word that ends exactly here is whole.
        _ if words[end..].starts_with(' ') => &words[..end],
        Some(space) if space >= shortest => &words[..space],
        _ => whole_characters(words, end),
    };
    let kept = kept.trim_end_matches([' ', ',', ';', ':', '.', '-', '–', '—']);
    format!("{kept}…")
}

/// Goes back from `end` until no accent or part of an emoji is cut off from what it belongs to.
fn whole_characters(words: &str, end: usize) -> &str {
    let mut kept = &words[..end];
    let mut next = words[end..].chars().next();
    while let Some(last) = kept.chars().next_back() {
        if last != JOINER && !next.is_some_and(belongs_to_previous) {
            break;
        }
        kept = &kept[..kept.len() - last.len_utf8()];
        next = Some(last);
    }
    // A heap of accents without end has no good place.
    if kept.is_empty() { &words[..end] } else { kept }
}

const JOINER: char = '\u{200d}';

/// Accents, joiners, and what selects the look or colour of an emoji.
fn belongs_to_previous(c: char) -> bool {
    matches!(c,
        JOINER | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_with_words() {
        for (text, title) in [
            ("Why is the sky blue?", "Why is the sky blue?"),
            ("\n\n  \t Why   is\u{a0}the sky\r\nblue?", "Why is the sky"),
            ("## Plan\nmore", "Plan"),
            ("> - 1. quoted list", "quoted list"),
            ("-5 + 3?", "-5 + 3?"),
            ("*args in Python", "*args in Python"),
            ("#rust or go", "#rust or go"),
            ("2024 was a year", "2024 was a year"),
            ("```python\nprint(1)\n```", "print(1)"),
            ("---\nTitle below a rule", "Title below a rule"),
            ("what is \u{202e}evil\u{2069}\0?", "what is evil?"),
            ("مرحبا بالعالم", "مرحبا بالعالم"),
            ("可以帮我写一首诗吗？", "可以帮我写一首诗吗？"),
            ("👩‍🌾", "👩‍🌾"),
            ("???", "???"),
            ("", "New chat"),
            (" \n\t\0\u{202e}\u{feff}", "New chat"),
        ] {
            assert_eq!(title_from(text), title, "for {text:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_after_a_word() {
        let text = "Explain to me, please, the difference between a potato, and a sweet potato";
        assert_eq!(
            title_from(text),
            "Explain to me, please, the difference between a potato, and…"
        );
        let exact = "a".repeat(LONGEST);
        assert_eq!(title_from(&exact), exact);
        assert_eq!(title_from(&format!("{exact} b")), format!("{exact}…"));
        assert_eq!(title_from(&"a".repeat(1 << 20)), format!("{exact}…"));
    }

    #[test]
    fn a_cut_never_divides_an_emoji_or_an_accent() {
        let farmer = "👩‍🌾";
        let title = title_from(&farmer.repeat(40));
        assert_eq!(title, format!("{}…", farmer.repeat(20)));
        let shifted = format!("x{}", farmer.repeat(40));
        assert_eq!(title_from(&shifted), format!("x{}…", farmer.repeat(19)));
        let accents = "e\u{301}".repeat(40);
        let shifted = format!("x{accents}");
        assert_eq!(title_from(&shifted), format!("x{}…", "e\u{301}".repeat(29)));
    }

    #[test]
    fn a_given_title_is_kept_as_given_but_on_one_line() {
        assert_eq!(given(" # My\nplan \u{202e}"), Some("# My plan".to_owned()));
        assert_eq!(given(" \u{202e}\n"), None);
    }
}
