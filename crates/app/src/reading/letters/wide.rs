//! UTF-16 and UTF-32 without a mark, known by what their letters are: read from the wrong end, or
//! where there are none, they are of no script, and no space and no line end is among them.

use super::super::Encoding;
use super::super::encoding::Ends;
use super::{ODD, is_odd};

/// Letters that are looked at: the begin of a file tells.
const LOOK: usize = 1 << 16;

/// The likeliest of the four; none where it is none of them.
pub(super) fn guess(bytes: &[u8]) -> Option<Encoding> {
    let all = [Ends::Little, Ends::Big].map(|ends| {
        let (two, four) = match ends {
            Ends::Little => (
                look_16(bytes, u16::from_le_bytes),
                look_32(bytes, u32::from_le_bytes),
            ),
            Ends::Big => (
                look_16(bytes, u16::from_be_bytes),
                look_32(bytes, u32::from_be_bytes),
            ),
        };
        [
            (Encoding::utf_16(ends), two),
            (Encoding::utf_32(ends), four),
        ]
    });
    let likely = all
        .into_iter()
        .flatten()
        .filter(|(_, look)| look.is_likely());
    // Those of four bytes are as usual by twos, with a zero between each, and come last: they win.
    let likeliest = likely.max_by_key(|(encoding, look)| (look.usual, encoding.is_utf_32()));
    likeliest.map(|(encoding, _)| encoding)
}

/// What letters look like.
#[derive(Default)]
struct Look {
    letters: usize,
    /// Those that most texts have: ASCII, and the points and commas of East Asia.
    usual: usize,
    /// Those that texts have not.
    odd: usize,
}

impl Look {
    fn is_likely(&self) -> bool {
        self.usual > 0 && self.usual * ODD >= self.letters && self.odd * ODD <= self.letters
    }

    fn at(mut self, letter: Option<char>) -> Self {
        match letter {
            // Padding.
            Some('\0') => return self,
            Some(letter) if is_usual(letter) => self.usual += 1,
            Some(letter) if !is_odd(letter) && !is_private(letter) => {}
            _ => self.odd += 1,
        }
        self.letters += 1;
        self
    }
}

fn look_16(bytes: &[u8], number: fn([u8; 2]) -> u16) -> Look {
    let units = bytes.as_chunks::<2>().0.iter().copied().map(number);
    let letters = char::decode_utf16(units.take(LOOK)).map(Result::ok);
    letters.fold(Look::default(), Look::at)
}

fn look_32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> Look {
    let units = bytes.as_chunks::<4>().0.iter().copied().map(number);
    let letters = units.take(LOOK).map(char::from_u32);
    letters.fold(Look::default(), Look::at)
}

fn is_usual(letter: char) -> bool {
    matches!(letter,
        '\t' | '\n' | '\r' | ' '..='~'
        | '\u{3000}'..='\u{3002}' | '\u{ff0c}' | '\u{ff01}' | '\u{ff1a}' | '\u{ff1f}')
}

/// Of private use, or no letter ever.
fn is_private(letter: char) -> bool {
    let number = u32::from(letter);
    matches!(number, 0xe000..=0xf8ff | 0xf_0000..)
        || number & 0xfffe == 0xfffe
        || (0xfdd0..=0xfdef).contains(&number)
}
