//! Context, cache and verdict on the processor alone.

use fit::{Ask, Bound, Cores, Correction, KvType, Plan, Reason, Verdict, after_failure, plan};
use gguf::{Geometry, LayerWeights, Weights};

use crate::shapes::{GIB, Shape, machine, mixture, small};

fn on(shape: &Shape, available_bytes: u64, ask: Ask) -> Plan {
    plan(
        shape.anatomy(),
        &machine(available_bytes),
        ask,
        &Correction::NONE,
    )
}

fn free(shape: &Shape, available_bytes: u64) -> Plan {
    on(shape, available_bytes, Ask::default())
}

fn asked(context: u32, kv: KvType) -> Ask {
    Ask {
        context: Some(context),
        kv: Some(kv),
    }
}

#[test]
fn the_sum_is_the_sum_of_its_parts() {
    let plan = on(&small(), 8 * GIB, asked(4_096, KvType::F16));
    let [share] = plan.shares.as_slice() else {
        panic!("{plan:?}")
    };
    assert_eq!(share.weights_bytes, small().anatomy().weights_bytes());
    assert_eq!(share.cache_bytes, 4_096 * 28_672);
    // What llama.cpp reserved for this shape at this context, to within 1 % (bench/memory).
    let rows = 256 * (4 * (3 * 8_960 + 5 * 1_536) + 36);
    assert_eq!(share.compute_bytes, rows + 256 * 2 * 4_096);
    let parts = share.weights_bytes + share.cache_bytes + share.compute_bytes + share.other_bytes;
    assert_eq!((plan.needed_bytes(), plan.memory_bytes()), (parts, parts));
    assert_eq!(plan.available_bytes(), 8 * GIB);
    assert_eq!((plan.verdict, plan.reasons), (Verdict::Comfortable, vec![]));
}

#[test]
fn the_context_grows_with_the_machine_and_leaves_a_tenth() {
    let mut last = 0;
    for hundredths in 140..400 {
        let available = hundredths * GIB / 100;
        let plan = free(&small(), available);
        assert!(plan.context >= last, "{plan:?}");
        assert!((2_048..=32_768).contains(&plan.context), "{plan:?}");
        let comfortable = plan.needed_bytes() <= available / 10 * 9;
        assert_eq!(
            plan.reasons.contains(&Reason::LittleLeft),
            !comfortable,
            "{plan:?}"
        );
        let roomy = comfortable && plan.context >= fit::ROOMY_CONTEXT;
        assert_eq!(plan.verdict == Verdict::Comfortable, roomy, "{plan:?}");
        assert!(plan.estimate.is_some(), "{plan:?}");
        last = plan.context;
    }
    assert_eq!(last, 32_768);
}

#[test]
fn a_quantised_cache_comes_before_a_short_context() {
    let roomy = on(&small(), 8 * GIB, asked(8_192, KvType::Q8_0));
    let just = roomy.needed_bytes() / 9 * 10 + 10;
    let plan = free(&small(), just);
    assert_eq!((plan.context, plan.kv), (8_192, KvType::Q8_0));
    assert_eq!(plan.verdict, Verdict::Comfortable);
    assert!(plan.reasons.contains(&Reason::CacheQuantised));
    let less = free(&small(), just - 100_000);
    assert_eq!((less.context, less.kv), (6_144, KvType::Q8_0));
    assert_eq!(less.verdict, Verdict::Tight);
}

#[test]
fn the_smallest_context_may_fill_the_machine_and_no_more() {
    let needed = on(&small(), 8 * GIB, asked(2_048, KvType::Q8_0)).needed_bytes();
    let full = free(&small(), needed);
    assert_eq!((full.context, full.verdict), (2_048, Verdict::Tight));
    let short = free(&small(), needed - 1);
    assert_eq!(
        (short.verdict, short.needed_bytes()),
        (Verdict::TooBig, needed)
    );
    assert_eq!(short.estimate, None);
    let machine = machine(needed - 1);
    let told = short.sentence(&machine);
    assert!(
        told.contains("at the least") && told.contains("close other programs"),
        "{told}"
    );
}

#[test]
fn an_asked_context_is_that_one_or_nothing() {
    let needed = on(&small(), 8 * GIB, asked(16_384, KvType::F16)).needed_bytes();
    let wish = Ask {
        context: Some(16_384),
        kv: None,
    };
    let full = on(&small(), needed, wish);
    assert_eq!((full.context, full.kv), (16_384, KvType::Q8_0));
    let full = on(&small(), needed, asked(16_384, KvType::F16));
    assert_eq!((full.context, full.verdict), (16_384, Verdict::Tight));
    let none = on(&small(), GIB, wish);
    assert_eq!((none.context, none.verdict), (16_384, Verdict::TooBig));
    // The cache comes in steps of 256 tokens.
    let cache = |context| on(&small(), 8 * GIB, asked(context, KvType::F16)).shares[0].cache_bytes;
    assert_eq!((cache(300), cache(0)), (512 * 28_672, 256 * 28_672));
}

#[test]
fn never_beyond_what_was_trained() {
    let mut short = small();
    short.geometry.context_trained = 1_024;
    let chosen = free(&short, 8 * GIB);
    assert_eq!(
        (chosen.context, chosen.verdict),
        (1_024, Verdict::Comfortable)
    );
    assert_eq!(chosen.reasons, []);
    let asked = on(&short, 8 * GIB, asked(4_096, KvType::F16));
    assert_eq!(asked.context, 1_024);
    assert_eq!(asked.reasons, [Reason::CappedAtTraining { asked: 4_096 }]);
}

#[test]
fn a_cache_type_that_does_not_divide_the_heads_becomes_f16() {
    let mut odd = small();
    odd.geometry.head_dim_k = 80;
    odd.geometry.head_dim_v = 80;
    let plan = on(&odd, 8 * GIB, asked(16_384, KvType::Q8_0));
    assert_eq!(plan.kv, KvType::F16);
    let unfit = Reason::CacheTypeUnfit {
        asked: KvType::Q8_0,
    };
    assert_eq!(plan.reasons, [unfit]);
}

#[test]
fn only_a_mixture_of_experts_runs_from_the_disk() {
    let whole = free(&mixture(), 200 * GIB);
    assert_eq!((whole.verdict, whole.mapped), (Verdict::Comfortable, false));
    let half = free(&mixture(), 64 * GIB);
    assert_eq!((half.verdict, half.mapped), (Verdict::Slow, true));
    let (slow, fast) = (half.estimate.unwrap(), whole.estimate.unwrap());
    assert!(
        slow.decode_per_second < fast.decode_per_second / 2.0,
        "{slow:?} {fast:?}"
    );
    let little = free(&mixture(), 16 * GIB);
    assert_eq!(little.verdict, Verdict::TooBig);
    let mut dense = mixture();
    for layer in &mut dense.weights.layers {
        layer.dense_bytes += layer.expert_bytes;
        layer.expert_bytes = 0;
    }
    dense.geometry.experts = None;
    assert_eq!(free(&dense, 64 * GIB).verdict, Verdict::TooBig);
}

#[test]
fn what_failed_is_followed_by_something_smaller() {
    let shape = small();
    let mut left = machine(8 * GIB);
    let mut before = u64::MAX;
    loop {
        let plan = plan(shape.anatomy(), &left, Ask::default(), &Correction::NONE);
        if plan.verdict == Verdict::TooBig {
            break;
        }
        assert!(plan.needed_bytes() < before, "{plan:?}");
        before = plan.needed_bytes();
        left = after_failure(&left, &plan);
    }
    assert!(before < 14 * GIB / 10, "{before}");
}

#[test]
fn absurd_numbers_are_too_big_and_nothing_worse() {
    let most = 1 << 16;
    let absurd = Shape {
        geometry: Geometry {
            layers: 512,
            embedding: 1 << 20,
            feed_forward: 1 << 20,
            heads: most,
            kv_heads: most,
            head_dim_k: most,
            head_dim_v: most,
            context_trained: u32::MAX,
            vocabulary: u32::MAX,
            ..mixture().geometry
        },
        weights: Weights {
            embedding_bytes: u64::MAX,
            output_bytes: u64::MAX,
            output_tied: true,
            layers: vec![
                LayerWeights {
                    dense_bytes: u64::MAX,
                    expert_bytes: u64::MAX,
                };
                600
            ],
            parameters: u64::MAX,
        },
    };
    for context in [None, Some(0), Some(u32::MAX)] {
        let ask = Ask { context, kv: None };
        assert_eq!(on(&absurd, 1 << 49, ask).verdict, Verdict::TooBig);
    }
}

#[test]
fn memory_allows_what_its_rate_gives_of_a_tokens_bytes() {
    let plan = on(&small(), 8 * GIB, asked(4_096, KvType::F16));
    let weights = 28 * 28_000_000 + 191_000_000_u32;
    let bound = Bound::of(&plan, &machine(8 * GIB), 100);
    assert_eq!(bound.bytes_per_token, u64::from(weights + 100 * 28_672));
    let allowed = bound.tokens_per_second.unwrap();
    assert!((allowed * f64::from(weights + 100 * 28_672) / 20e9 - 1.0).abs() < 1e-9);
    // A cache is never fuller than full.
    let full = Bound::of(&plan, &machine(8 * GIB), u32::MAX);
    assert_eq!(full.bytes_per_token, u64::from(weights + 4_096 * 28_672));
    let unmeasured = fit::Machine {
        speed: None,
        ..machine(8 * GIB)
    };
    let bound = Bound::of(&plan, &unmeasured, 100);
    assert_eq!(bound.tokens_per_second, None);
}

#[test]
fn ways_to_try_are_the_planned_one_and_others_that_take_no_more_memory() {
    let mut machine = machine(16 * GIB);
    machine.cores = Cores {
        physical: 8,
        performance: 6,
        usable: 16,
    };
    let small = small();
    let plan = plan(small.anatomy(), &machine, Ask::default(), &Correction::NONE);
    assert_eq!((plan.threads, plan.batch), (5, 256));
    let ways = fit::ways(&machine, &plan, plan.batch).into_iter();
    let ways: Vec<(u32, u32)> = ways.map(|way| (way.threads, way.tokens)).collect();
    let writing = [(5, 1), (4, 1), (3, 1)];
    let reading = [(5, 256), (8, 256), (16, 256), (5, 128), (5, 64)];
    assert_eq!(ways, [&writing[..], &reading].concat());
}
