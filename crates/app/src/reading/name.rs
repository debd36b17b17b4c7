//! The name under which an attached file is shown, and told to the model: never a path, on one
//! line, and with nothing in it that turns the words around it.

use std::path::Path;

/// Characters of a name; longer ones lose their middle.
const LONGEST: usize = 96;
/// Of those, how many of its end are kept, which tells what kind of file it is.
const END: usize = 16;

/// What a file without a name is called.
const NAMELESS: &str = "file";

/// The last part of a path, clean.
pub(crate) fn of_path(path: &Path) -> String {
    clean(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// A name from anywhere, clean.
pub(crate) fn clean(name: &str) -> String {
    let letters: Vec<char> = name.chars().filter(|letter| is_seen(*letter)).collect();
    let name: String = if letters.len() > LONGEST {
        let (begin, end) = (
            &letters[..LONGEST - END - 1],
            &letters[letters.len() - END..],
        );
        begin.iter().chain(&['…']).chain(end).collect()
    } else {
        letters.iter().collect()
    };
    match name.trim() {
        "" => NAMELESS.to_owned(),
        name => name.to_owned(),
    }
}

/// False for what moves, hides or turns other characters: controls, line and paragraph separators,
/// the marks of writing direction (Unicode's annex 9), and tags.
fn is_seen(letter: char) -> bool {
    !letter.is_control()
        && !matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_what_can_be_seen() {
        for (path, name) in [
            ("/home/me/letter.txt", "letter.txt"),
            ("信 👩‍🌾.md", "信 👩‍🌾.md"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\nb\r\0\u{2028}c\u{7}.txt", "abc.txt"),
            ("\u{2066}x\u{2069}\u{200f}", "x"),
            (" . ", "."),
            ("/", "file"),
            ("\u{202e}", "file"),
        ] {
            assert_eq!(of_path(Path::new(path)), name, "{path:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_begin_and_its_end() {
        let name = clean(&format!("begin{}.tar.gz", "é".repeat(300)));
        assert_eq!(name.chars().count(), LONGEST);
        assert!(name.starts_with("beginé") && name.ends_with("é.tar.gz") && name.contains('…'));
    }
}
