//! The file as a whole: its frame, its end, its alignment; and its chat template.

use super::Mutation;
use super::file::{File, STRING, U32, text};

const TEMPLATE: &str = "tokenizer.chat_template";

/// Templates are programs; these never end, write without end, call themselves, are none, or fool
/// who reads them. The product reads a template's marks and runs none.
pub(super) fn templates(all: &mut Vec<Mutation>) {
    let loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}x\
                 {% endfor %}{% endfor %}{% endfor %}";
    let marks = "<｜User｜><｜Assistant｜>";
    let mut given: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("not one of R1's", "{{ messages }}".to_owned()),
        ("an endless loop", loops.to_owned()),
        ("an endless loop with R1's marks", format!("{marks}{loops}")),
        (
            "endless output",
            format!("{marks}{{{{ 'x' * 99999999999 }}}}"),
        ),
        (
            "a macro that calls itself",
            format!(
                "{marks}{{% macro m() %}}{{{{ m() }}}}{{{{ m() }}}}{{% endmacro %}}{{{{ m() }}}}"
            ),
        ),
        (
            "blocks without an end",
            format!("{marks}{}", "{% if 1 %}".repeat(10_000)),
        ),
        (
            "brackets without an end",
            format!("{marks}{{{{{}", "(".repeat(100_000)),
        ),
        ("a syntax error", format!("{marks}{{% frobnicate %}}{{{{ ")),
        (
            "a file of the system",
            format!("{marks}{{% include '/etc/passwd' %}}"),
        ),
        (
            "Python's insides",
            format!("{marks}{{{{ ''.__class__.__mro__[1].__subclasses__() }}}}"),
        ),
        (
            "text from right to left",
            format!("\u{202e}\u{2066}{marks}\u{202e}"),
        ),
        ("a NUL in it", format!("{marks}\0<think>")),
        (
            "control sequences",
            format!("\u{1b}[2J\u{1b}]0;x\u{7}{marks}"),
        ),
        (
            "all marks at once",
            format!("{marks}<｜Assistant｜><think>\\nis_last_user"),
        ),
        ("0528's mark", format!("{marks}is_last_user")),
        (
            "an exception",
            format!("{marks}{{{{ raise_exception('no') }}}}"),
        ),
        ("a division by zero", format!("{marks}{{{{ 1 / 0 }}}}")),
        ("a huge power", format!("{marks}{{{{ 9 ** 9 ** 9 ** 9 }}}}")),
        (
            "a pattern that explodes",
            format!("{marks}{{{{ 'a' * 30 | regex('(a+)+$') }}}}"),
        ),
        (
            "the most that is allowed",
            "<｜User｜><｜Assistant｜>".repeat(5_900),
        ),
        ("one byte too many", "x".repeat((256 << 10) + 1)),
        ("sixteen megabytes", "{{".repeat(8 << 20)),
    ];
    given.push((
        "deep lists",
        format!(
            "{marks}{{{{ {}1{} }}}}",
            "[".repeat(50_000),
            "]".repeat(50_000)
        ),
    ));
    for (what, jinja) in given {
        all.push(Mutation::new("template", TEMPLATE, what, move |file| {
            file.set(TEMPLATE, STRING, text(&jinja));
        }));
    }
    all.push(Mutation::new("template", TEMPLATE, "no UTF-8", |file| {
        file.set(TEMPLATE, STRING, text([0xff, 0xfe, 0xc0]));
    }));
}

/// What every file begins with.
pub(super) fn frames(all: &mut Vec<Mutation>) {
    let kind = "frame";
    for magic in [*b"GGML", *b"ggjt", *b"\0\0\0\0", *b"PK\x03\x04", *b"<!do"] {
        let what = format!("{:?}", String::from_utf8_lossy(&magic));
        all.push(Mutation::new(kind, "magic", what, move |file| {
            file.magic = magic;
        }));
    }
    for version in [0, 1, 4, 1 << 24, 3 << 24, u32::MAX] {
        let what = version.to_string();
        all.push(Mutation::new(kind, "version", what, move |file| {
            file.version = version;
        }));
    }
    let counts = [
        0,
        1,
        41,
        43,
        91,
        93,
        4_096,
        4_097,
        65_536,
        65_537,
        1 << 32,
        i64::MAX as u64,
        u64::MAX,
    ];
    for count in counts {
        let what = format!("says {count}");
        all.push(Mutation::new(
            kind,
            "count of keys",
            what.clone(),
            move |file| {
                file.key_count = Some(count);
            },
        ));
        all.push(Mutation::new(kind, "count of tensors", what, move |file| {
            file.tensor_count = Some(count);
        }));
    }
    for (what, bytes) in [("a byte", 1), ("a mebibyte", 1 << 20)] {
        all.push(Mutation::new(
            kind,
            "end",
            format!("{what} more"),
            move |file| file.more = bytes,
        ));
    }
    all.push(Mutation::new(
        kind,
        "tensors",
        "the other way round",
        |file| file.tensors.reverse(),
    ));
    all.push(Mutation::new(kind, "keys", "the other way round", |file| {
        file.keys.reverse();
    }));
    all.push(Mutation::new(kind, "tensors", "none", |file| {
        file.tensors.clear();
    }));
    all.push(Mutation::new(kind, "keys", "none", |file| {
        file.keys.clear();
    }));
}

/// The file ends here and there: in the frame, at each key, at each tensor's record and data.
pub(super) fn cuts(sound: &File, all: &mut Vec<Mutation>) {
    let whole = sound.bytes().len();
    let mut places: Vec<usize> = (0..28).collect();
    places.extend((1..80).map(|part| whole * part / 80));
    places.extend((1..40).map(|part| 24_576 * part / 40));
    places.extend([whole - 1, whole - 31, whole - 32, whole - 33]);
    places.sort_unstable();
    places.dedup();
    for cut in places {
        all.push(Mutation::new(
            "cut short",
            "file",
            format!("{cut} bytes"),
            move |file| {
                file.cut = Some(cut);
            },
        ));
    }
}

/// Alignments, told and not kept, kept and not told, both.
pub(super) fn alignments(all: &mut Vec<Mutation>) {
    let key = "general.alignment";
    for alignment in [
        0,
        1,
        3,
        4,
        8,
        16,
        64,
        96,
        512,
        4_096,
        8_192,
        1 << 20,
        1 << 31,
        u32::MAX,
    ] {
        let value = alignment.to_le_bytes().to_vec();
        let told = value.clone();
        all.push(Mutation::new(
            "alignment",
            key,
            format!("{alignment}, told"),
            move |file| {
                file.set(key, U32, told.clone());
            },
        ));
        let Ok(laid @ 1..=8_192) = usize::try_from(alignment) else {
            continue;
        };
        all.push(Mutation::new(
            "alignment",
            key,
            format!("{alignment}, told and kept"),
            move |file| {
                file.set(key, U32, value.clone());
                file.alignment = laid;
            },
        ));
        if laid != 32 {
            all.push(Mutation::new(
                "alignment",
                "tensor data",
                format!("{alignment}, not told"),
                move |file| {
                    file.alignment = laid;
                },
            ));
        }
    }
}
