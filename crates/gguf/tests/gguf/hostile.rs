//! Bytes that are cut or changed anywhere: never a panic, never much memory.

use crate::builder::Builder;
use gguf::{Error, Header};

/// Reads all that a caller would read, and says whether the header was taken.
fn take(bytes: &[u8], len: u64) -> Result<(), Error> {
    let header = Header::parse(bytes, len)?;
    let _ = (
        header.geometry(),
        header.name(),
        header.chat_template(),
        header.weights_bytes(),
    );
    let layers = header.weights().layers.len();
    assert!(layers <= 512 && header.mix().len() <= 64, "{layers}");
    let _ = (
        header.bos(),
        header.eos(),
        header.token_id("</think>"),
        header.token_text(3),
    );
    Ok(())
}

#[test]
fn cut_at_every_byte() {
    let whole = Builder::sound().bytes();
    take(&whole, whole.len() as u64).unwrap();
    // The last tensor's padding may be missing, its data not.
    let data_end = whole.len() - (6 * 144_usize).next_multiple_of(32) + 6 * 144;
    for cut in 0..whole.len() {
        let there = &whole[..cut];
        let taken = take(there, cut as u64);
        assert_eq!(taken.is_ok(), cut >= data_end, "{cut}: {taken:?}");
        match taken {
            Ok(()) | Err(Error::Truncated { .. }) => {}
            Err(Error::NotGguf { .. }) if cut == 0 => {}
            Err(other) => panic!("{cut}: {other}"),
        }
        // A file that shrinks while it is read, after its length was asked for.
        let _ = take(there, whole.len() as u64);
    }
}

/// Xorshift, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }
}

#[test]
fn changed_anywhere() {
    const ROUNDS: usize = 20_000;
    // Tests beside this one and the threads' own reservations; a hostile length is far above.
    const MOST_BYTES: u64 = 1 << 30;
    const NASTY: [u64; 8] = [
        0,
        1,
        0xFF,
        1 << 22,
        (1 << 32) - 1,
        1 << 32,
        i64::MAX as u64,
        u64::MAX,
    ];
    let whole = Builder::sound().bytes();
    let before = peak_bytes();
    let mut dice = Dice(0x5EED_0F51_ABAD_CAFE);
    let mut taken = 0;
    for _ in 0..ROUNDS {
        let mut bytes = whole.clone();
        for _ in 0..=dice.below(4) {
            let place = dice.below(bytes.len() - 8);
            match dice.below(4) {
                0 => bytes[place] = u8::try_from(dice.below(256)).unwrap(),
                1 => bytes[place] ^= 1 << dice.below(8),
                2 => {
                    let nasty = NASTY[dice.below(NASTY.len())].to_le_bytes();
                    bytes[place..place + 8].copy_from_slice(&nasty);
                }
                _ => bytes.truncate(place + 8),
            }
            if bytes.len() <= 8 {
                break;
            }
        }
        // Now and then the length is a lie too, as of a file that somebody cuts.
        let len = if dice.below(8) == 0 {
            u64::MAX
        } else {
            bytes.len() as u64
        };
        let whole = take(&bytes, len).is_ok();
        // What comes from a server in pieces is judged alike once all of it is there.
        let start = Header::parse_start(&bytes, len);
        assert!(!whole || matches!(start, Ok(Some(_))), "{start:?}");
        taken += usize::from(whole);
    }
    assert!(
        taken > 0 && taken < ROUNDS,
        "{taken} of {ROUNDS} were taken"
    );
    let grown = peak_bytes().saturating_sub(before);
    assert!(grown < MOST_BYTES, "reserved {grown} bytes");
}

/// The most address space that this process ever had, reserved or used; 0 where it is not told.
fn peak_bytes() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
