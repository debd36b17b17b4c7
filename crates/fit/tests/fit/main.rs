//! Plans for models of R1's family on machines of many sizes.

use fit::{Ask, Cores, KvType, Machine, Plan, Reason, TooBig, plan};
use gguf::{Architecture, Attention, Experts, Geometry};

const GIB: u64 = 1 << 30;
/// R1-Distill-Qwen-1.5B at `Q4_K_M`.
const SMALL_BYTES: u64 = 1_117_320_800;

fn small() -> Geometry {
    Geometry {
        architecture: Architecture::Qwen2,
        layers: 28,
        mtp_layers: 0,
        embedding: 1_536,
        feed_forward: 8_960,
        heads: 12,
        kv_heads: 2,
        head_dim_k: 128,
        head_dim_v: 128,
        attention: Attention::Gqa,
        context_trained: 131_072,
        vocabulary: 151_936,
        experts: None,
    }
}

/// The built-in practice model.
fn sprout() -> Geometry {
    Geometry {
        architecture: Architecture::Deepseek2,
        layers: 4,
        mtp_layers: 1,
        embedding: 128,
        feed_forward: 384,
        heads: 4,
        kv_heads: 1,
        head_dim_k: 96,
        head_dim_v: 64,
        attention: Attention::Mla {
            kv_lora: 64,
            rope: 32,
        },
        context_trained: 1_024,
        vocabulary: 640,
        experts: Some(Experts {
            count: 8,
            used: 2,
            shared: 1,
        }),
    }
}

fn machine(available_bytes: u64) -> Machine {
    Machine {
        cpu: "a potato".to_owned(),
        cores: Cores {
            physical: 2,
            performance: 2,
            usable: 2,
        },
        total_bytes: 2 * available_bytes,
        available_bytes,
        // Never planned with.
        swap_bytes: u64::MAX,
        speed: None,
        gpus: Vec::new(),
        disk: None,
    }
}

fn ask(context: impl Into<Option<u32>>) -> Ask {
    Ask {
        context: context.into(),
        kv: KvType::F16,
    }
}

fn small_on(available_bytes: u64, context: impl Into<Option<u32>>) -> Result<Plan, TooBig> {
    plan(
        &small(),
        SMALL_BYTES,
        &machine(available_bytes),
        ask(context),
    )
}

#[test]
fn the_sum_is_the_sum_of_its_parts() {
    let plan = small_on(8 * GIB, 4_096).unwrap();
    assert_eq!(plan.context, 4_096);
    assert_eq!(plan.weights_bytes, SMALL_BYTES);
    assert_eq!(plan.cache_bytes, 4_096 * 28_672);
    // Rows of one layer, scores, mask, logits of one token.
    let values = 256 * (6 * 1_536 + 3 * 8_960) + 12 * 256 * 4_096 + 256 * 4_096 + 151_936;
    assert_eq!(plan.compute_bytes, 4 * values);
    let parts = plan.weights_bytes + plan.cache_bytes + plan.compute_bytes + plan.engine_bytes;
    assert_eq!(plan.needed_bytes, parts);
    assert_eq!(plan.available_bytes, 8 * GIB);
    assert_eq!(plan.reasons, []);
}

#[test]
fn the_context_grows_with_the_machine_and_leaves_a_tenth() {
    let mut last = 0;
    for tenths in 16..60 {
        let available = tenths * GIB / 10;
        let plan = small_on(available, None).unwrap();
        assert!(plan.context >= last, "{plan:?}");
        assert!((2_048..=32_768).contains(&plan.context), "{plan:?}");
        assert!(plan.needed_bytes <= available / 10 * 9, "{plan:?}");
        let expect: &[Reason] = if plan.context < 32_768 {
            &[Reason::ContextByMemory]
        } else {
            &[]
        };
        assert_eq!(plan.reasons, expect, "{plan:?}");
        last = plan.context;
    }
    assert_eq!(last, 32_768);
}

#[test]
fn the_smallest_context_may_fill_the_machine() {
    let needed = small_on(8 * GIB, 2_048).unwrap().needed_bytes;
    let full = small_on(needed, None).unwrap();
    assert_eq!(
        (full.context, full.reasons),
        (2_048, vec![Reason::LittleLeft])
    );
    let error = small_on(needed - 1, None).unwrap_err();
    let expect = TooBig {
        needed_bytes: needed,
        available_bytes: needed - 1,
        context: 2_048,
    };
    assert_eq!(error, expect);
}

#[test]
fn an_asked_context_is_that_one_or_nothing() {
    // It may leave less than a tenth, which a chosen one may not.
    let needed = small_on(8 * GIB, 8_192).unwrap().needed_bytes;
    assert_eq!(small_on(needed, 8_192).unwrap().context, 8_192);
    assert!(small_on(needed, None).unwrap().context < 8_192);
    let error = small_on(2 * GIB, 131_072).unwrap_err();
    assert_eq!(error.context, 131_072);
    assert_eq!(
        error.to_string(),
        "the model needs 6.29 GiB with a context of 131072 tokens, \
         and 2.00 GiB of memory are available"
    );
    // The cache comes in steps of 256 tokens.
    assert_eq!(small_on(8 * GIB, 300).unwrap().cache_bytes, 512 * 28_672);
    assert_eq!(small_on(8 * GIB, 0).unwrap().cache_bytes, 256 * 28_672);
}

#[test]
fn never_beyond_what_was_trained() {
    let sprout = |context| plan(&sprout(), 2_194_560, &machine(GIB), ask(context)).unwrap();
    let chosen = sprout(None);
    assert_eq!((chosen.context, chosen.reasons), (1_024, vec![]));
    assert_eq!(chosen.cache_bytes, 1_024 * 768);
    let asked = sprout(Some(4_096));
    assert_eq!(asked.context, 1_024);
    assert_eq!(asked.reasons, [Reason::CappedAtTraining { asked: 4_096 }]);
}

#[test]
fn a_cache_type_that_does_not_divide_the_heads_becomes_f16() {
    let kv = KvType::Q8_0;
    let quantised = plan(
        &small(),
        1,
        &machine(8 * GIB),
        Ask {
            context: Some(4_096),
            kv,
        },
    )
    .unwrap();
    assert_eq!(
        (quantised.kv, quantised.cache_bytes),
        (kv, 4_096 * 28_672 / 64 * 34)
    );
    let odd = Geometry {
        head_dim_k: 80,
        head_dim_v: 80,
        ..small()
    };
    let plan = plan(
        &odd,
        1,
        &machine(8 * GIB),
        Ask {
            context: Some(4_096),
            kv,
        },
    )
    .unwrap();
    assert_eq!(plan.kv, KvType::F16);
    assert_eq!(plan.reasons, [Reason::CacheTypeUnfit { asked: kv }]);
}

#[test]
fn absurd_numbers_are_too_big_and_nothing_worse() {
    let most = 1 << 16;
    let absurd = Geometry {
        layers: 512,
        embedding: 1 << 20,
        feed_forward: 1 << 20,
        heads: most,
        kv_heads: most,
        head_dim_k: most,
        head_dim_v: most,
        context_trained: u32::MAX,
        vocabulary: u32::MAX,
        ..small()
    };
    for context in [None, Some(0), Some(u32::MAX)] {
        plan(&absurd, u64::MAX, &machine(1 << 50), ask(context)).unwrap_err();
    }
}
