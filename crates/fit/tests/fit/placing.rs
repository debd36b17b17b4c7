//! Layers on GPUs: which, how many, and when not.

use fit::{Ask, Correction, Device, Gpu, GpuKind, Machine, Plan, Reason, Speed, Verdict, plan};

use crate::shapes::{GIB, Shape, machine, mixture, small};

fn gpu(name: &str, kind: GpuKind, free_bytes: u64, gb_per_second: u64) -> Gpu {
    Gpu {
        name: name.to_owned(),
        description: format!("card {name}"),
        backend: "Vulkan".to_owned(),
        kind,
        total_bytes: free_bytes,
        free_bytes,
        speed: (gb_per_second > 0).then(|| Speed {
            memory_bytes_per_second: gb_per_second * 1_000_000_000,
            weight_bytes_per_second: Some(gb_per_second * 800_000_000),
            operations_per_second: Some(gb_per_second * 20_000_000_000),
            ..Speed::default()
        }),
    }
}

fn with(memory: u64, gpus: Vec<Gpu>) -> Machine {
    Machine {
        gpus,
        ..machine(memory)
    }
}

fn on(shape: &Shape, machine: &Machine) -> Plan {
    plan(shape.anatomy(), machine, Ask::default(), &Correction::NONE)
}

#[test]
fn a_gpu_with_room_takes_all_and_the_embedding_stays() {
    let card = gpu("Vulkan0", GpuKind::Discrete, 8 * GIB, 400);
    let machine = with(4 * GIB, vec![card]);
    let plan = on(&small(), &machine);
    assert_eq!(plan.placement.gpus, ["Vulkan0"]);
    assert_eq!((plan.placement.gpu_layers, plan.layers), (28, 28));
    let [memory, card] = plan.shares.as_slice() else {
        panic!("{plan:?}")
    };
    assert_eq!(memory.weights_bytes, small().weights.embedding_bytes);
    assert_eq!((memory.layers, memory.cache_bytes), (0, 0));
    assert_eq!(card.device, Device::Gpu("Vulkan0".to_owned()));
    let all = memory.weights_bytes + card.weights_bytes;
    assert_eq!(all, small().anatomy().weights_bytes());
    let alone = on(&small(), &with(4 * GIB, Vec::new()));
    assert!(plan.estimate.unwrap().answer_ms < alone.estimate.unwrap().answer_ms / 4);
}

#[test]
fn a_gpu_with_little_room_takes_some_layers() {
    let card = gpu("Vulkan0", GpuKind::Discrete, GIB, 400);
    let plan = on(&small(), &with(8 * GIB, vec![card]));
    let layers = plan.placement.gpu_layers;
    assert!((1..28).contains(&layers), "{plan:?}");
    assert!(
        plan.reasons
            .contains(&Reason::PartlyOnGpu { layers, of: 28 })
    );
    assert_eq!(plan.shares[0].layers + plan.shares[1].layers, 28);
    assert!(plan.context >= fit::ROOMY_CONTEXT);
    let tiny = gpu("Vulkan0", GpuKind::Discrete, 128 << 20, 400);
    let plan = on(&small(), &with(8 * GIB, vec![tiny]));
    let too_small = Reason::GpuTooSmall {
        gpu: "card Vulkan0".to_owned(),
        free_bytes: 128 << 20,
    };
    assert!(plan.reasons.contains(&too_small), "{plan:?}");
}

#[test]
fn experts_stay_in_memory_before_layers_do() {
    let card = gpu("CUDA0", GpuKind::Discrete, 24 * GIB, 900);
    let plan = on(&mixture(), &with(200 * GIB, vec![card]));
    assert_eq!(plan.placement.gpu_layers, 60);
    let stay = plan.placement.expert_layers_in_memory;
    assert!((50..60).contains(&stay), "{plan:?}");
    assert!(
        plan.reasons
            .contains(&Reason::ExpertsInMemory { layers: stay })
    );
    // With less memory than experts, they come from the disk and the rest stays on the card.
    let card = gpu("CUDA0", GpuKind::Discrete, 24 * GIB, 900);
    let plan = on(&mixture(), &with(64 * GIB, vec![card]));
    assert_eq!((plan.verdict, plan.mapped), (Verdict::Slow, true));
    assert_eq!(plan.placement.gpu_layers, 60);
}

#[test]
fn what_shares_memory_is_used_only_where_it_was_measured_to_be_faster() {
    let used = |speed| {
        let card = gpu("Vulkan0", GpuKind::Integrated, 6 * GIB, speed);
        on(&small(), &with(8 * GIB, vec![card]))
    };
    assert_eq!(used(40).placement.gpus, ["Vulkan0"]);
    let slower = used(5);
    assert!(slower.placement.gpus.is_empty());
    assert!(
        matches!(slower.reasons.as_slice(), [Reason::GpuSlower { with, without, .. }] if with < without),
        "{slower:?}"
    );
    let unknown = used(0);
    assert!(unknown.placement.gpus.is_empty());
    assert!(
        matches!(unknown.reasons.as_slice(), [Reason::GpuNotMeasured { .. }]),
        "{unknown:?}"
    );
    // A card with memory of its own is worth trying.
    let card = gpu("Vulkan0", GpuKind::Discrete, 6 * GIB, 0);
    let plan = on(&small(), &with(GIB / 2, vec![card]));
    assert_eq!(plan.placement.gpus, ["Vulkan0"]);
    assert_eq!(plan.estimate, None);
}

#[test]
fn shared_memory_is_counted_once() {
    let card = gpu("Vulkan0", GpuKind::Integrated, 6 * GIB, 40);
    let machine = with(6 * GIB, vec![card]);
    let plan = on(&small(), &machine);
    assert_eq!(plan.available_bytes(), 6 * GIB);
    assert_eq!(plan.memory_bytes(), plan.needed_bytes());
    assert!(plan.memory_bytes() <= 6 * GIB / 10 * 9);
}

#[test]
fn two_gpus_share_by_their_free_memory() {
    let cards = vec![
        gpu("CUDA0", GpuKind::Discrete, 2 * GIB, 400),
        gpu("CUDA1", GpuKind::Discrete, GIB, 400),
    ];
    let mut large = small();
    for layer in &mut large.weights.layers {
        layer.dense_bytes *= 2;
    }
    let plan = on(&large, &with(8 * GIB, cards));
    assert_eq!(plan.placement.gpus, ["CUDA0", "CUDA1"]);
    let [_, first, second] = plan.shares.as_slice() else {
        panic!("{plan:?}")
    };
    assert!(
        first.layers > second.layers && second.layers > 0,
        "{plan:?}"
    );
    for share in &plan.shares {
        assert!(
            share.needed_bytes() <= share.available_bytes / 10 * 9,
            "{share:?}"
        );
    }
}

#[test]
fn a_machine_without_gpus_or_with_dead_ones_is_planned() {
    let dead = gpu("Vulkan0", GpuKind::Discrete, 0, 400);
    let plan = on(&small(), &with(8 * GIB, vec![dead]));
    assert!(plan.placement.gpus.is_empty());
    assert_eq!(plan.verdict, Verdict::Comfortable);
}
