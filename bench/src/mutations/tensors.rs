//! Each tensor: its record (name, dimensions, type, place), with its data laid out to match or not;
//! and the data themselves.

use fastrand::Rng;

use super::Mutation;
use super::file::{File, Tensor};

/// ggml's numbers of some types: exact, quantised, whole numbers, gone, never there.
const TYPES: [(u32, &str); 14] = [
    (0, "F32"),
    (1, "F16"),
    (2, "Q4_0"),
    (4, "Q4_2, which is gone"),
    (8, "Q8_0"),
    (9, "Q8_1"),
    (12, "Q4_K"),
    (16, "IQ2_XXS"),
    (24, "I8"),
    (26, "I32"),
    (28, "F64"),
    (30, "BF16"),
    (39, "MXFP4"),
    (99, "no type"),
];

fn changed(
    kind: &'static str,
    name: &str,
    what: impl Into<String>,
    how: impl Fn(&mut Tensor) + Send + Sync + 'static,
) -> Mutation {
    let at = name.to_owned();
    Mutation::new(kind, name, what, move |file| {
        if let Some(tensor) = file
            .tensors
            .iter_mut()
            .find(|tensor| tensor.name == at.as_bytes())
        {
            how(tensor);
        }
    })
}

/// The record of every tensor. `fit` keeps the rest of the file sound, so that no rule about places
/// catches it before it reaches the engine.
pub(super) fn records(sound: &File, all: &mut Vec<Mutation>) {
    let last = sound.tensors.len().saturating_sub(1);
    for (number, tensor) in sound.tensors.iter().enumerate() {
        let name = tensor.shown();
        places(&name, last - number, all);
        shapes(&name, tensor, all);
        for (kind, label) in TYPES {
            if kind != tensor.kind {
                let what = format!("as {label}");
                all.push(changed(
                    "tensor of another type",
                    &name,
                    what,
                    move |tensor| {
                        tensor.kind = kind;
                        tensor.fit();
                    },
                ));
            }
        }
    }
}

fn places(name: &str, from_the_end: usize, all: &mut Vec<Mutation>) {
    let at = name.to_owned();
    all.push(Mutation::new(
        "tensor missing",
        name,
        "missing",
        move |file| {
            file.tensors.retain(|tensor| tensor.name != at.as_bytes());
        },
    ));
    let at = name.to_owned();
    all.push(Mutation::new("tensor twice", name, "twice", move |file| {
        let found = file.tensors.iter().find(|one| one.name == at.as_bytes());
        if let Some(tensor) = found.cloned() {
            file.tensors.push(tensor);
        }
    }));
    let at = name.to_owned();
    all.push(Mutation::new(
        "tensor too many",
        name,
        "one that nobody asks for",
        move |file| {
            let found = file.tensors.iter().find(|one| one.name == at.as_bytes());
            if let Some(mut tensor) = found.cloned() {
                tensor.name.splice(0..0, *b"more.");
                file.tensors.push(tensor);
            }
        },
    ));
    all.push(changed(
        "tensor of another name",
        name,
        "in capitals",
        |tensor| {
            tensor.name.make_ascii_uppercase();
        },
    ));
    // One of these for every few: they are the same rule each time.
    if !from_the_end.is_multiple_of(6) {
        return;
    }
    for (what, told) in [
        ("", b"".as_slice()),
        ("a NUL", b"\0"),
        ("no UTF-8", b"\xff"),
        ("an escape", b"\x1b[31m"),
    ] {
        let told = told.to_vec();
        all.push(changed(
            "tensor of another name",
            name,
            format!("{what:?} as a name"),
            move |tensor| {
                tensor.name.clone_from(&told);
            },
        ));
    }
    all.push(changed(
        "tensor of another name",
        name,
        "64 bytes",
        |tensor| {
            tensor.name.resize(64, b'x');
        },
    ));
    for (what, told) in [
        ("0", 0),
        ("1", 1),
        ("32", 32),
        ("far behind the file", 1 << 40),
        ("the largest", u64::MAX),
        ("the largest aligned", u64::MAX - 31),
    ] {
        all.push(changed(
            "tensor in another place",
            name,
            what,
            move |tensor| {
                tensor.offset = Some(told);
            },
        ));
    }
}

fn shapes(name: &str, sound: &Tensor, all: &mut Vec<Mutation>) {
    let kind = "tensor of another shape";
    let mut add = |what: String, how: fn(&mut Vec<u64>, usize), at: usize| {
        all.push(changed(kind, name, what, move |tensor| {
            how(&mut tensor.dimensions, at);
            tensor.fit();
        }));
    };
    for at in 0..sound.dimensions.len() {
        let which = at + 1;
        add(format!("dimension {which} is 0"), |all, at| all[at] = 0, at);
        add(format!("dimension {which} is 1"), |all, at| all[at] = 1, at);
        add(
            format!("dimension {which} is 1 more"),
            |all, at| all[at] += 1,
            at,
        );
        add(
            format!("dimension {which} is a block less"),
            |all, at| all[at] = all[at].saturating_sub(32),
            at,
        );
        add(
            format!("dimension {which} is twice as large"),
            |all, at| all[at] *= 2,
            at,
        );
        add(
            format!("dimension {which} is huge"),
            |all, at| all[at] = 1 << 62,
            at,
        );
        add(
            format!("dimension {which} is negative"),
            |all, at| all[at] = u64::MAX,
            at,
        );
    }
    if sound.dimensions.len() > 1 {
        add("turned around".to_owned(), |all, _| all.reverse(), 0);
        add(
            "one dimension less".to_owned(),
            |all, _| all.truncate(all.len() - 1),
            0,
        );
        add(
            "as one row".to_owned(),
            |all, _| *all = vec![all.iter().product()],
            0,
        );
    }
    add("a dimension of 1 more".to_owned(), |all, _| all.push(1), 0);
    add("a dimension of 2 more".to_owned(), |all, _| all.push(2), 0);
    let there = u32::try_from(sound.dimensions.len()).unwrap_or(u32::MAX);
    for count in [0, 1, 5, u32::MAX]
        .into_iter()
        .filter(|count| *count != there)
    {
        all.push(changed(
            kind,
            name,
            format!("says it has {count} dimensions"),
            move |tensor| {
                tensor.dimension_count = Some(count);
            },
        ));
    }
}

/// The data of every tensor: a sound header, and values that nobody would train.
pub(super) fn data(sound: &File, seed: u64, all: &mut Vec<Mutation>) {
    let kind = "tensor data";
    for (number, tensor) in (0..).zip(&sound.tensors) {
        let name = tensor.shown();
        all.push(changed(kind, &name, "random bytes", move |tensor| {
            Rng::with_seed(seed ^ number).fill(&mut tensor.data);
        }));
        all.push(changed(kind, &name, "zeros", |tensor| tensor.data.fill(0)));
        all.push(changed(
            kind,
            &name,
            "all bits set: not a number",
            |tensor| {
                tensor.data.fill(0xff);
            },
        ));
        all.push(changed(kind, &name, "infinities", |tensor| {
            // The scale of a block of Q8_0 is in front of its values, an F32 is all of itself.
            let infinity: &[u8] = &[0x00, 0x7c];
            let (step, value) = match tensor.kind {
                8 => (34, infinity.to_vec()),
                _ => (4, f32::INFINITY.to_le_bytes().to_vec()),
            };
            for block in tensor.data.chunks_mut(step) {
                let count = value.len().min(block.len());
                block[..count].copy_from_slice(&value[..count]);
            }
        }));
    }
    all.push(Mutation::new(
        kind,
        "all tensors",
        "random bytes",
        move |file| {
            let mut rng = Rng::with_seed(seed);
            file.tensors
                .iter_mut()
                .for_each(|tensor| rng.fill(&mut tensor.data));
        },
    ));
    for byte in [0, 0x7f, 0xff] {
        all.push(Mutation::new(
            kind,
            "all tensors",
            format!("all bytes {byte:#04x}"),
            move |file| {
                file.tensors
                    .iter_mut()
                    .for_each(|tensor| tensor.data.fill(byte));
            },
        ));
    }
}
