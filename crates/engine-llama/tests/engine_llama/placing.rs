//! A model on a GPU, with llvmpipe for one where it is to be had: whole, in part, on one with too
//! little memory, and on one that is not there.

use std::path::Path;

use engine::Engine;
use engine::message::{Event, Failure, FailureCode, Load, Loaded};

use crate::asking::{self, CONTEXT, PROGRAM, all, ask, greedy, load_of, prompt, sprout};
use crate::probe::engine_with_llvmpipe;

/// Tokens of a reply that are compared: llvmpipe writes some twenty a second.
const TOKENS: u32 = 16;

/// More layers than any model has.
const ALL: u32 = 999;

/// Sprout on so many layers of the first GPU. Prompts are read token by token: the kernels for
/// batches take llvmpipe a quarter of a minute to compile.
fn on_gpu(gpu_layers: u32) -> Load {
    Load {
        gpus: vec!["Vulkan0".to_owned()],
        gpu_layers,
        batch: 1,
        ..load_of(&sprout(), CONTEXT)
    }
}

fn load(engine: &Engine, load: Load) -> Result<Loaded, Failure> {
    match all(engine.load(load)).pop() {
        Some(Event::LoadEnded { outcome }) => outcome,
        other => panic!("a load that does not end: {other:?}"),
    }
}

/// The beginning of a reply.
fn words(engine: &Engine) -> String {
    let mut reply = greedy(prompt("What is 47 + 38?"));
    reply.max_tokens = TOKENS;
    ask(engine, reply).thinking
}

/// Bytes of weights that a load put into this kind of memory.
fn weights(loaded: &Loaded, place: &str) -> u64 {
    let held = loaded.held.iter().find(|held| held.place == place);
    held.map_or(0, |held| held.weights_bytes)
}

#[test]
fn a_model_says_the_same_wherever_its_layers_are() {
    let Some(program) = engine_with_llvmpipe("placing", "") else {
        return;
    };
    let expected = words(&asking::ready(CONTEXT));
    let mut before = 0;
    for layers in [1, ALL] {
        let engine = Engine::start(&program).unwrap();
        let loaded = load(&engine, on_gpu(layers)).unwrap();
        let on_gpu = weights(&loaded, "Vulkan0");
        assert!(on_gpu > before, "{layers} layers: {loaded:?}");
        before = on_gpu;
        assert!(loaded.device.contains("llvmpipe"), "{loaded:?}");
        assert_eq!(words(&engine), expected, "{layers} layers");
    }
    // All layers there, and the routed experts of the first three in the machine's memory.
    let engine = Engine::start(&program).unwrap();
    let experts = Load {
        expert_layers_in_memory: 3,
        ..on_gpu(ALL)
    };
    let loaded = load(&engine, experts).unwrap();
    let on_gpu = weights(&loaded, "Vulkan0");
    assert!(on_gpu > 0 && on_gpu < before, "{loaded:?}");
    assert_eq!(words(&engine), expected, "experts in memory");
}

/// Asked for nothing of a GPU, the engine leaves it alone, although it is there.
#[test]
fn a_model_on_the_processor_uses_no_gpu() {
    let Some(program) = engine_with_llvmpipe("placing-none", "") else {
        return;
    };
    let engine = Engine::start(&program).unwrap();
    let loaded = load(&engine, load_of(&sprout(), CONTEXT)).unwrap();
    assert_eq!(weights(&loaded, "Vulkan0"), 0);
    assert!(!loaded.device.contains("llvmpipe"), "{loaded:?}");
}

/// llvmpipe promises 2 GiB and takes what it gets, so the process is given less.
#[test]
fn a_gpu_with_too_little_memory_refuses_and_a_smaller_load_works() {
    let Some(program) = engine_with_llvmpipe("placing-little", "ulimit -v 4000000") else {
        return;
    };
    let engine = Engine::start(&program).unwrap();
    let large = Load {
        context: 8_000_000,
        ..on_gpu(ALL)
    };
    let refused = load(&engine, large).unwrap_err();
    assert_eq!(refused.code, FailureCode::OutOfMemory, "{refused}");
    assert!(refused.message.contains("Vulkan0"), "{refused}");
    load(&engine, on_gpu(ALL)).unwrap();
    assert!(!words(&engine).is_empty());
}

#[test]
fn a_gpu_that_is_gone_is_named_and_the_processor_does_without() {
    let engine = Engine::start(Path::new(PROGRAM)).unwrap();
    let gone = Load {
        gpus: vec!["Vulkan7".to_owned()],
        ..on_gpu(ALL)
    };
    let refused = load(&engine, gone).unwrap_err();
    assert_eq!(refused.code, FailureCode::GpuGone);
    assert!(refused.message.contains("Vulkan7"), "{refused}");
    load(&engine, load_of(&sprout(), CONTEXT)).unwrap();
}
