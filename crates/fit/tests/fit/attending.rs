//! Where memory has room for the scores of plain attention.

use fit::{Ask, Correction, KvType, Plan, plain_batch, plan};

use crate::shapes::{GIB, Shape, machine, mixture, small};

fn on(shape: &Shape, available_bytes: u64, kv: KvType) -> Plan {
    let ask = Ask {
        context: Some(8_192),
        kv: Some(kv),
    };
    let machine = machine(available_bytes);
    plan(shape.anatomy(), &machine, ask, &Correction::NONE)
}

#[test]
fn plain_attention_takes_what_the_plan_leaves() {
    let shape = small();
    let needed = on(&shape, 8 * GIB, KvType::F16).needed_bytes();
    let with = |further: u64| {
        // A tenth stays free.
        let available = (needed + further) * 10 / 9 + 10;
        plain_batch(&shape.geometry, &on(&shape, available, KvType::F16), 0)
    };
    let beside_another = |further: u64, other: u64| {
        let available = (needed + further) * 10 / 9 + 10;
        plain_batch(&shape.geometry, &on(&shape, available, KvType::F16), other)
    };
    // What llama.cpp reserves with a batch of 128 at this context is 57.3 MiB (bench/memory), and the
    // processor's own scores come to it.
    let scores = 12 * 8_192;
    let beside = 2 * 1_536 + 1_536 + 3 * 1_536;
    let reserved = |batch: u64| batch * (4 * (beside + scores) + 4 * 8_192 + 36);
    assert_eq!(reserved(128) >> 20, 56);
    let further = |batch: u64| {
        let flash = on(&shape, 8 * GIB, KvType::F16).shares[0].compute_bytes;
        (reserved(batch) + batch * 2 * scores).saturating_sub(flash)
    };
    assert_eq!(with(further(128)), Some(128));
    assert_eq!(with(further(128) - 100), Some(64));
    assert_eq!(with(further(64)), Some(64));
    assert_eq!(with(further(64) - 100), None);
    assert_eq!(beside_another(GIB + further(64), GIB), Some(64));
    assert_eq!(beside_another(GIB + further(64) - 100, GIB), None);
}

#[test]
fn what_cannot_lie_transposed_is_attended_by_flash() {
    let small = small();
    let quantised = on(&small, 8 * GIB, KvType::Q8_0);
    assert_eq!(plain_batch(&small.geometry, &quantised, 0), None);
    let latent = mixture();
    let plan = on(&latent, 256 * GIB, KvType::F16);
    assert_eq!(plain_batch(&latent.geometry, &plan, 0), None);
}
