//! Bytes that are cut or changed anywhere: never a panic, never much memory.

use std::path::Path;

use crate::builder::Builder;
use gguf::{Error, Header, KvType};

/// Reads all that a caller would read, and says whether the header was taken.
fn take(bytes: &[u8], len: u64) -> Result<(), Error> {
    let header = Header::parse(bytes, len)?;
    let _ = (
        header.geometry(),
        header.name(),
        header.chat_template(),
        header.weights_bytes(),
        header.file_type(),
        header.tokenizer(),
        header.tokenizer_pre(),
        header.latent_cache_bytes_per_token(KvType::Q8_0),
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

/// The same, and that it is judged alike in pieces, as they come from a server: never taken where
/// the whole is not, never refused where it is, and more asked for only as long as there is more.
fn judge(bytes: &[u8], len: u64) -> bool {
    let taken = take(bytes, len).is_ok();
    for there in [bytes.len() / 3, bytes.len() * 2 / 3, bytes.len()] {
        let judged = Header::parse_start("data", &bytes[..there], len);
        let alike = match &judged {
            Ok(None) => !taken || there < bytes.len(),
            Ok(Some(_)) => taken,
            Err(_) => !taken,
        };
        assert!(alike, "{there} of {len}, taken {taken}: {judged:?}");
    }
    taken
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

#[test]
fn shown_up_to_every_byte() {
    let whole = Builder::sound().bytes();
    let len = whole.len() as u64;
    let data_bytes = 16 * 34 + 64 * 4 + (6 * 144_usize).next_multiple_of(32);
    let header_end = (0..=whole.len())
        .find(|&there| {
            Header::parse_start("data", &whole[..there], len)
                .unwrap()
                .is_some()
        })
        .unwrap();
    let padding = whole.len() - data_bytes - header_end;
    assert!(
        padding < 32,
        "{padding}: less than the header was enough, or more was needed"
    );
    for there in header_end..whole.len() {
        assert!(
            Header::parse_start("data", &whole[..there], len)
                .unwrap()
                .is_some(),
            "{there}"
        );
    }
    // Of a file that is cut within its data, all of the header has to be there to tell.
    for there in 0..=whole.len() - data_bytes {
        let told = Header::parse_start("data", &whole[..there], len - 100);
        match told {
            Ok(None) => assert!(there < header_end, "{there}"),
            Err(Error::Truncated { .. }) => assert!(there >= header_end, "{there}"),
            other => panic!("{there}: {other:?}"),
        }
    }
}

/// Each bit of the header turned by itself, and each byte made none or all of its bits.
fn change_each(file: &mut [u8], places: usize, len: u64) -> [usize; 2] {
    let mut judged = [0; 2];
    for place in 0..places {
        let sound = file[place];
        let turned = (0..8).map(|bit| sound ^ 1 << bit);
        for byte in turned.chain([0, 0xFF]) {
            file[place] = byte;
            judged[usize::from(judge(file, len))] += 1;
        }
        file[place] = sound;
    }
    judged
}

#[test]
fn each_bit_of_a_header_turned() {
    let mut file = Builder::sound().bytes();
    let len = file.len();
    let [refused, taken] = change_each(&mut file, len, len as u64);
    // Most of what is turned is data, texts and numbers that nobody minds.
    assert!(
        refused > 1_000 && taken > 1_000,
        "{refused} refused, {taken} taken"
    );
}

/// A real file: more keys, experts, and a vocabulary behind which the tensors lie.
#[test]
fn each_bit_of_the_first_bytes_of_sprout_turned() {
    const PLACES: usize = 1_024;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    let mut file = fs_err::read(path).unwrap();
    let len = file.len() as u64;
    // The header and some of the data.
    file.truncate(64 << 10);
    let [refused, taken] = change_each(&mut file, PLACES, len);
    assert!(
        refused > 1_000 && taken > 1_000,
        "{refused} refused, {taken} taken"
    );
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
        taken += usize::from(judge(&bytes, len));
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
