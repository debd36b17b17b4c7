//! Bytes as a person reads them: in binary units, under the name that they deserve.
//!
//! The one place for it, so that the terminal and the window say the same. Not here: numbers for
//! machines, which stay whole bytes.

/// Bytes of several, which others told: where they are more than can be counted, the most that can.
///
/// ```
/// assert_eq!(fit::bytes::total([1, 2]), 3);
/// assert_eq!(fit::bytes::total([u64::MAX, 2]), u64::MAX);
/// ```
pub fn total(all: impl IntoIterator<Item = u64>) -> u64 {
    all.into_iter().fold(0, u64::saturating_add)
}

/// Three significant digits in KiB, MiB, GiB or TiB, rounded to the nearest: `1.04 GiB`,
/// `131 GiB`, `512 bytes`.
///
/// ```
/// assert_eq!(fit::bytes::human(1_117_320_800), "1.04 GiB");
/// ```
pub fn human(bytes: u64) -> String {
    const UNITS: [(&str, u32); 4] = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];
    if bytes < 1 << 10 {
        return if bytes == 1 {
            "1 byte".to_owned()
        } else {
            format!("{bytes} bytes")
        };
    }
    // The first unit in which the rounded number has at most four digits before the point; 1,023
    // MiB stays MiB, and what would round to 1,024 becomes 1.00 of the next.
    for (unit, shift) in UNITS {
        let rounded = hundredths(bytes, shift);
        if rounded < 1_024 * 100 - 50 || unit == "TiB" {
            return match rounded {
                0..1_000 => format!("{}.{:02} {unit}", rounded / 100, rounded % 100),
                1_000..10_000 => {
                    let tenths = (rounded + 5) / 10;
                    format!("{}.{} {unit}", tenths / 10, tenths % 10)
                }
                _ => format!("{} {unit}", (rounded + 50) / 100),
            };
        }
    }
    unreachable!("BUG: the last unit takes every number")
}

/// Hundredths of a unit of `2^shift` bytes, to the nearest.
fn hundredths(bytes: u64, shift: u32) -> u64 {
    let hundredths = (u128::from(bytes) * 100 + (1 << (shift - 1))) >> shift;
    u64::try_from(hundredths).expect("BUG: a hundredth of 1 KiB is more than one byte")
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn three_digits_in_the_unit_that_fits() {
        for (bytes, expect) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1_023, "1023 bytes"),
            (1_024, "1.00 KiB"),
            (1_536, "1.50 KiB"),
            (10_239, "10.0 KiB"),
            (1 << 20, "1.00 MiB"),
            ((1 << 20) - 1, "1.00 MiB"),
            (2_194_560, "2.09 MiB"),
            (1_000 << 20, "1000 MiB"),
            ((1 << 30) - 1, "1.00 GiB"),
            (1_117_320_800, "1.04 GiB"),
            (4_683_073_504, "4.36 GiB"),
            (24 << 30, "24.0 GiB"),
            (140_000_000_000, "130 GiB"),
            (714_000_000_000, "665 GiB"),
            (3 << 40, "3.00 TiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(human(bytes), expect, "{bytes}");
        }
    }
}
