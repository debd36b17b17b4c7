//! Bits of JSON as every one of these programs writes them: texts, times, lists of parts.

use chats::TextFile;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// A text, or a number as a text: names are both.
pub(super) fn text_at(value: &Value, key: &str) -> Option<String> {
    name_of(value.get(key)?)
}

pub(super) fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub(super) fn str_at<'value>(value: &'value Value, key: &str) -> &'value str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn list_at<'value>(value: &'value Value, key: &str) -> &'value [Value] {
    let list = value.get(key).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

pub(super) fn is_at(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The first time that there is among these.
pub(super) fn time_at(value: &Value, keys: &[&str]) -> Option<i64> {
    keys.iter().find_map(|key| when(value.get(key)?))
}

/// Milliseconds of a time, however it is written: a date of ISO 8601 or of mail, a count of seconds or of
/// smaller pieces, which its size tells, or either as a database hands it out.
pub(super) fn when(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => of_count(number.as_f64()?),
        Value::String(text) => match text.parse() {
            Ok(count) => of_count(count),
            Err(_) => of_date(text),
        },
        Value::Object(wrapped) => {
            let inner = ["$date", "$numberLong"]
                .iter()
                .find_map(|key| wrapped.get(*key));
            when(inner?)
        }
        _ => None,
    }
}

fn of_count(count: f64) -> Option<i64> {
    let per_ms = match count.abs() {
        // 3.2 thousand years of seconds; then of milliseconds, and so on.
        size if size < 1e11 => 1e-3,
        size if size < 1e14 => 1.0,
        size if size < 1e17 => 1e3,
        _ => 1e6,
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float becomes the nearest integer that there is"
    )]
    let ms = (count / per_ms).round() as i64;
    // Nobody wrote anything in 1970: such a time is none.
    (count.is_finite() && ms > 0).then_some(ms)
}

fn of_date(text: &str) -> Option<i64> {
    let text = text.trim();
    let date = OffsetDateTime::parse(&spelled_out(text), &Rfc3339);
    let date = date
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
        .ok()?;
    i64::try_from(date.unix_timestamp_nanos() / 1_000_000)
        .ok()
        .filter(|ms| *ms > 0)
}

/// A date of ISO 8601 with all its parts and signs, where a program left some out. Without an offset it is
/// UTC, as these programs mean it.
fn spelled_out(text: &str) -> String {
    let (day, time) = text
        .split_once(['T', 't', ' '])
        .unwrap_or((text, "00:00:00"));
    let day = day.replace('/', "-");
    let time = time.trim();
    let time = ["UTC", "GMT", "Z", "z"]
        .iter()
        .find_map(|utc| time.strip_suffix(utc))
        .map_or(time, str::trim_end);
    let (clock, offset) = match time.find(['+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let clock = match clock.trim_end() {
        short if short.matches(':').count() == 1 => format!("{short}:00"),
        whole => whole.to_owned(),
    };
    let offset = match (offset.len(), offset.contains(':')) {
        (0, _) => "Z".to_owned(),
        (3, _) => format!("{offset}:00"),
        (5, false) if offset.is_ascii() => format!("{}:{}", &offset[..3], &offset[3..]),
        _ => offset.to_owned(),
    };
    format!("{day}T{clock}{offset}")
}

/// Milliseconds of a duration in seconds.
pub(super) fn seconds(value: Option<&Value>) -> u64 {
    let count = match value {
        Some(Value::String(text)) => text.parse().unwrap_or_default(),
        Some(value) => value.as_f64().unwrap_or_default(),
        None => 0.0,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest integer that there is"
    )]
    {
        (count.max(0.0) * 1000.0).round() as u64
    }
}

/// A file whose text an export has, if it has any.
pub(super) fn text_file(name: &str, text: &str) -> Option<TextFile> {
    (!text.trim().is_empty()).then(|| TextFile {
        name: crate::reading::clean(name),
        bytes: text.len() as u64,
        text: text.to_owned(),
        ..TextFile::default()
    })
}

/// Texts that follow each other, a line between them.
pub(super) fn join(into: &mut String, text: &str) {
    let text = text.trim_matches('\n');
    if text.trim().is_empty() {
        return;
    }
    if !into.is_empty() {
        into.push_str("\n\n");
    }
    into.push_str(text);
}

/// A number that stays the same for the same texts, in every build (FNV-1a).
pub(super) fn mark(texts: &[&str]) -> String {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xFF]));
    let mark = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("{mark:016x}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_however_they_are_written() {
        let right = Some(1_740_794_400_123);
        for value in [
            json!(1_740_794_400.123),
            json!(1_740_794_400_123_u64),
            json!(1_740_794_400_123_000_u64),
            json!(1_740_794_400_123_000_000_u64),
            json!("1740794400123"),
            json!("2025-03-01T10:00:00.123000+08:00"),
            json!("2025-03-01T02:00:00.123Z"),
            json!("2025-03-01T02:00:00.123"),
            json!("2025-03-01 02:00:00.123"),
            json!("2025/03/01 02:00:00.123 UTC"),
            json!("2025-03-01T10:00:00.123+0800"),
            json!("2025-03-01 02:00:00.123000+00"),
            json!({"$date": "2025-03-01T02:00:00.123Z"}),
            json!({"$date": {"$numberLong": "1740794400123"}}),
        ] {
            assert_eq!(when(&value), right, "{value}");
        }
        for (text, right) in [
            ("Sat, 01 Mar 2025 10:00:00 +0800", 1_740_794_400_000),
            ("2025-03-01T02:00", 1_740_794_400_000),
            ("2025-03-01", 1_740_787_200_000),
        ] {
            assert_eq!(when(&json!(text)), Some(right), "{text}");
        }
        for value in [
            json!("+é:"),
            json!("2025-03-01T10:00é+08"),
            json!({"$date": null}),
        ] {
            assert_eq!(when(&value), None, "{value}");
        }
        for value in [json!(null), json!("soon"), json!(0), json!(-5), json!([1])] {
            assert_eq!(when(&value), None, "{value}");
        }
        assert_eq!(seconds(Some(&json!("4"))), 4000);
        assert_eq!(seconds(Some(&json!(3.25))), 3250);
        assert_eq!(seconds(Some(&json!(-1))), 0);
    }
}
