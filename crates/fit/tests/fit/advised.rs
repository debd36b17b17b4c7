//! Which model is advised, and which beside it, on machines of many sizes: a table that was judged row
//! by row as the person at that machine would.

use fit::catalogue::{Catalogue, Member};
use fit::{
    Anatomy, Ask, Choice, Cores, Correction, Gpu, GpuKind, Machine, Plan, Speed, Verdict, advise,
    plan,
};

const GIB: u64 = 1 << 30;
const GB: u64 = 1_000_000_000;
const MINUTE: u64 = 60_000;

/// Memory in GiB, of which the system and a browser hold some; its rate in GB/s.
fn machine(gib: u64, rate: u64) -> Machine {
    let held = match gib {
        0..=4 => 19 * GIB / 10,
        5..=8 => 28 * GIB / 10,
        9..=64 => 5 * GIB,
        _ => 12 * GIB,
    };
    Machine {
        cpu: String::new(),
        cores: Cores {
            physical: 6,
            performance: 6,
            usable: 12,
        },
        total_bytes: gib * GIB,
        available_bytes: gib * GIB - held,
        swap_bytes: 0,
        speed: Some(Speed {
            memory_bytes_per_second: rate * GB,
            weight_bytes_per_second: Some(rate * GB * 85 / 100),
            operations_per_second: Some((rate * 10 * GB).max(60 * GB)),
            beside_others: false,
        }),
        gpus: Vec::new(),
        disk: None,
        on_battery: false,
    }
}

/// The same with a graphics card of so many GiB.
fn with_gpu(gib: u64, rate: u64, gpu_gib: u64) -> Machine {
    let (name, gpu_rate) = match gpu_gib {
        4 => ("GTX 1650", 128),
        6 => ("GTX 1660 Ti", 288),
        8 => ("RTX 3070", 448),
        12 => ("RTX 3060", 360),
        _ => ("RTX 4090", 1_008),
    };
    Machine {
        gpus: vec![Gpu {
            name: "Vulkan0".to_owned(),
            description: format!("NVIDIA GeForce {name}"),
            backend: "Vulkan".to_owned(),
            kind: GpuKind::Discrete,
            total_bytes: gpu_gib * GIB,
            free_bytes: gpu_gib * GIB * 9 / 10,
            speed: Some(Speed {
                memory_bytes_per_second: gpu_rate * GB,
                weight_bytes_per_second: Some(gpu_rate * GB * 7 / 10),
                operations_per_second: Some(gpu_rate * GB * 30),
                beside_others: false,
            }),
        }],
        ..machine(gib, rate)
    }
}

/// A model as the product would take it: the usual file, else the largest smaller one that fits.
fn planned(member: &Member, machine: &Machine, correction: &Correction) -> Plan {
    let of = |file| {
        let (geometry, weights) = (member.geometry(file), member.weights(file));
        let anatomy = Anatomy {
            geometry: &geometry,
            weights: &weights,
        };
        plan(anatomy, machine, Ask::default(), correction)
    };
    let fits = |plan: &Plan| plan.verdict <= Verdict::Tight;
    let usual = member.default_file();
    let first = of(usual);
    if fits(&first) {
        return first;
    }
    let bytes = usual.size.bytes();
    let smaller = member.files.iter().filter(|file| file.size.bytes() < bytes);
    let mut smaller: Vec<Plan> = smaller.map(of).collect();
    if let Some(at) = smaller.iter().rposition(fits) {
        return smaller.swap_remove(at);
    }
    smaller.push(first);
    smaller.into_iter().min_by_key(|plan| plan.verdict).unwrap()
}

/// A machine, minutes of patience, and what is advised there: the best, the faster, the more capable.
struct Row(u64, u64, u64, u64, [&'static str; 3]);

/// GiB of memory, its GB/s, GiB of a graphics card (0: none), minutes. Judged with the forecasts at
/// hand: beside each what stood to choose from, in seconds.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Nothing else fits; it is slow, and told so.
    Row(4, 6, 0, 3, ["1.5b", "", ""]),
    Row(4, 12, 0, 3, ["1.5b", "", ""]),
    // The 7B has 12 points less than the 8B for half of its wait: who waits longer waits for the 8B.
    Row(8, 10, 0, 3, ["1.5b", "", "qwen3-8b"]),
    Row(8, 20, 0, 3, ["1.5b", "", "qwen3-8b"]),
    // In time, but other programs have to be closed.
    Row(8, 60, 0, 3, ["1.5b", "", "qwen3-8b"]),
    Row(16, 10, 0, 3, ["1.5b", "", "qwen3-8b"]),
    Row(16, 25, 0, 3, ["1.5b", "", "qwen3-8b"]),
    // The 8B in 147 s: with a moment to spare there is the 1.5B in 22; the 7B in 81 is no help.
    Row(16, 70, 0, 3, ["qwen3-8b", "1.5b", ""]),
    Row(16, 100, 0, 3, ["qwen3-8b", "1.5b", ""]),
    Row(24, 25, 0, 3, ["1.5b", "", "qwen3-8b"]),
    // One point more for twice the time and memory that gets tight: the 32B is not named.
    Row(24, 70, 0, 3, ["qwen3-8b", "1.5b", ""]),
    Row(32, 30, 0, 3, ["1.5b", "", "qwen3-8b"]),
    Row(32, 70, 0, 3, ["qwen3-8b", "1.5b", ""]),
    // The 7B in 157 s is in time, the 8B in 283 s is not.
    Row(64, 35, 0, 3, ["7b", "1.5b", "qwen3-8b"]),
    // Four points for five times the wait (70B), an hour and more for an answer (R1): neither.
    Row(64, 80, 0, 3, ["qwen3-8b", "1.5b", ""]),
    // R1 itself from the disk, 20 points for three quarters of an hour: worth knowing with 128 GB.
    Row(128, 60, 0, 3, ["qwen3-8b", "1.5b", "r1-0528"]),
    Row(128, 220, 0, 3, ["qwen3-8b", "", "r1-0528"]),
    // R1 in 157 s, R1-0528 in 230; then both in time.
    Row(512, 200, 0, 3, ["r1", "qwen3-8b", "r1-0528"]),
    Row(512, 400, 0, 3, ["r1-0528", "qwen3-8b", ""]),
    // Graphics cards. With 4 GiB the 7B is in time.
    Row(8, 20, 4, 3, ["7b", "1.5b", "qwen3-8b"]),
    Row(16, 25, 4, 3, ["7b", "1.5b", "qwen3-8b"]),
    // The 8B in 110 s, the 7B, which the card holds whole, in 27; no 32B for one point and seven times
    // the wait.
    Row(16, 25, 6, 3, ["qwen3-8b", "7b", ""]),
    // Quick enough: nothing faster is worth 12 points, nothing larger brings three.
    Row(16, 50, 8, 3, ["qwen3-8b", "", ""]),
    Row(32, 40, 8, 3, ["qwen3-8b", "", ""]),
    Row(32, 50, 12, 3, ["qwen3-8b", "", ""]),
    Row(64, 70, 12, 3, ["qwen3-8b", "", ""]),
    Row(16, 25, 24, 3, ["qwen3-8b", "", ""]),
    Row(64, 70, 24, 3, ["qwen3-8b", "", ""]),
    // R1 itself in two minutes, where everything else is closed.
    Row(128, 70, 24, 3, ["qwen3-8b", "", "r1"]),
    // Other patience.
    Row(16, 70, 0, 1, ["1.5b", "", "qwen3-8b"]),
    Row(16, 50, 8, 1, ["qwen3-8b", "1.5b", ""]),
    Row(8, 20, 0, 10, ["1.5b", "", "qwen3-8b"]),
    Row(32, 30, 0, 10, ["qwen3-8b", "1.5b", ""]),
    Row(64, 80, 0, 120, ["70b", "", "r1-0528"]),
    Row(128, 60, 0, 120, ["70b", "", "r1-0528"]),
];

/// What is advised on this machine: ids without what all of them share.
fn advised(
    machine: &Machine,
    minutes: u64,
    correct: impl Fn(&Member) -> Correction,
) -> [String; 3] {
    let catalogue = Catalogue::built_in();
    let of = |member: &Member| planned(member, machine, &correct(member));
    let plans: Vec<Plan> = catalogue.models.iter().map(of).collect();
    let choices: Vec<Choice<'_>> = catalogue
        .models
        .iter()
        .zip(&plans)
        .map(|(member, plan)| Choice {
            name: &member.name,
            score: member.benchmarks.gpqa_diamond,
            plan,
        })
        .collect();
    let advice = advise(&choices, minutes * MINUTE);
    let whys = [&advice.why, &advice.faster_why, &advice.smarter_why];
    let places = [advice.best, advice.faster, advice.smarter];
    for (why, place) in whys.into_iter().zip(places).skip(1) {
        assert_eq!(why.is_empty(), place.is_none(), "{advice:?}");
    }
    assert!(!advice.why.is_empty());
    places.map(|place| {
        let id = place.map_or("", |place| catalogue.models[place].id.as_str());
        let id = id
            .replace("r1-distill-", "")
            .replace("qwen-", "")
            .replace("llama-", "");
        id.replace("-671b", "")
            .replace("r1-0528-qwen3-8b", "qwen3-8b")
    })
}

fn assumed(member: &Member) -> Correction {
    Correction::assuming(member.reply)
}

#[test]
fn each_machine_is_advised_as_its_owner_would_judge() {
    let mut wrong = Vec::new();
    for Row(gib, rate, gpu, minutes, expect) in ROWS {
        let machine = match gpu {
            0 => machine(*gib, *rate),
            gpu => with_gpu(*gib, *rate, *gpu),
        };
        let found = advised(&machine, *minutes, assumed);
        if found != *expect {
            wrong.push(format!(
                "{gib} GB at {rate} + {gpu}, {minutes} min: {found:?} for {expect:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_model_that_scores_less_in_the_same_time_is_never_named() {
    // Where its own replies showed that the 8B is as short as the 7B: 81 s with 49.1, 88 s with 61.1.
    let equal = |_: &Member| Correction::NONE;
    let laptop = machine(8, 20);
    assert_eq!(advised(&laptop, 3, equal), ["1.5b", "", "qwen3-8b"]);
    let desktop = machine(32, 70);
    assert_eq!(advised(&desktop, 3, equal), ["qwen3-8b", "1.5b", ""]);
    assert_eq!(
        advised(&machine(16, 25), 5, equal),
        ["qwen3-8b", "1.5b", ""]
    );
}

#[test]
fn without_times_the_smallest_is_taken_and_nothing_compared() {
    let unmeasured = Machine {
        speed: None,
        ..machine(32, 70)
    };
    assert_eq!(advised(&unmeasured, 3, assumed), ["1.5b", "", ""]);
    let full = Machine {
        available_bytes: GIB,
        ..machine(4, 10)
    };
    assert_eq!(advised(&full, 3, assumed), ["", "", ""]);
}
