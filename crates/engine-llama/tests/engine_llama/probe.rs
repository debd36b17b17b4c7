//! What computes here: listed and measured by the real program, with llvmpipe for a GPU where it
//! is to be had, and with drivers and programs that fail.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::message::{Device, DeviceKind, Hello, Probe};
use engine::probe::{ProbeError, probe};

use crate::asking::{CONTEXT, PROGRAM, ask, greedy, load, prompt, sprout};
use crate::skips::skip;
use crate::waiting::PATIENCE;

/// Names the driver file of llvmpipe where `./test` built the Vulkan library and found llvmpipe:
/// then both have to work. Without it nobody promised a GPU.
const DRIVER_VARIABLE: &str = "SPUD_TEST_VULKAN";

/// A program that runs this script.
fn script(name: &str, body: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs_err::write(&program, format!("#!/bin/sh\n{body}")).unwrap();
    fs_err::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    program
}

/// The engine with this done to its surroundings first.
fn engine_after(name: &str, before: &str) -> PathBuf {
    script(name, &format!("{before}\nexec '{PROGRAM}'\n"))
}

/// The engine on a machine whose only GPU is llvmpipe, if that can be had, with this done to its
/// surroundings too.
pub(crate) fn engine_with_llvmpipe(name: &str, before: &str) -> Option<PathBuf> {
    let Ok(driver) = std::env::var(DRIVER_VARIABLE) else {
        skip("no Vulkan library was built, or there is no llvmpipe");
        return None;
    };
    // ggml leaves out what calls itself a processor unless it is asked for by number. The older of
    // the two names is what older loaders know.
    let only = format!("export VK_DRIVER_FILES='{driver}' VK_ICD_FILENAMES='{driver}'");
    let shown = "export GGML_VK_VISIBLE_DEVICES=0";
    // What it compiles is kept, which is not to be in anybody's home.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shaders");
    let cache = format!("export MESA_SHADER_CACHE_DIR='{}'", cache.display());
    Some(engine_after(
        name,
        &[&only, shown, &cache, before].join("\n"),
    ))
}

/// A program that greets as the engine does, waits until it is asked for something, then does this.
fn greeting_then(name: &str, then: &str) -> PathBuf {
    let hello = Hello::of_this_build();
    let hello = format!(
        r#"{{"version":"{}","messages":"{}"}}"#,
        hello.version, hello.messages
    );
    let length = u8::try_from(hello.len()).unwrap();
    let greets = format!("printf '\\{length:03o}\\000\\000\\000%s' '{hello}'");
    let waits = format!("head -c {} >/dev/null", 4 + hello.len() + 1);
    script(name, &format!("{greets}\n{waits}\n{then}\n"))
}

const LIST: Probe = Probe {
    gpus: true,
    measure: false,
    threads: 1,
};

const MEASURE: Probe = Probe {
    measure: true,
    ..LIST
};

fn list(program: &Path, asked: Probe) -> Vec<Device> {
    // llvmpipe needs its time to be measured, more of it beside other tests.
    probe(program, asked, PATIENCE * 4).unwrap()
}

/// The one processor of a list.
fn processor(devices: &[Device]) -> &Device {
    let mut processors = devices
        .iter()
        .filter(|device| device.kind == DeviceKind::Processor);
    let found = processors.next().unwrap();
    assert_eq!(processors.next(), None, "{devices:?}");
    found
}

#[test]
fn the_processor_is_listed_and_measured_when_asked() {
    let listed = list(Path::new(PROGRAM), LIST);
    let known = processor(&listed);
    assert_eq!(
        (known.name.as_str(), known.backend.as_str()),
        ("CPU", "CPU")
    );
    assert!(
        !known.description.is_empty() && known.total_bytes > 0,
        "{known:?}"
    );
    assert!(known.free_bytes <= known.total_bytes, "{known:?}");
    assert!(
        listed.iter().all(|device| device.measured.is_none()),
        "{listed:?}"
    );
    let measured = processor(&list(Path::new(PROGRAM), MEASURE))
        .measured
        .unwrap();
    // A computer from this century; without weights that are read it would be beyond the next.
    assert!(
        (10_000_000..10_000_000_000_000).contains(&measured.weight_bytes_per_second),
        "{measured:?}"
    );
    assert!(
        (10_000_000..1_000_000_000_000_000).contains(&measured.operations_per_second),
        "{measured:?}"
    );
}

#[test]
fn llvmpipe_is_found_as_software_with_its_memory_and_measured() {
    let Some(program) = engine_with_llvmpipe("probe-llvmpipe", "") else {
        return;
    };
    for asked in [LIST, MEASURE] {
        let devices = list(&program, asked);
        processor(&devices);
        let [gpu] = devices
            .iter()
            .filter(|device| device.kind != DeviceKind::Processor)
            .collect::<Vec<_>>()[..]
        else {
            panic!("{devices:?}");
        };
        assert_eq!(
            (gpu.name.as_str(), gpu.backend.as_str()),
            ("Vulkan0", "Vulkan")
        );
        assert_eq!(gpu.kind, DeviceKind::Software);
        assert!(gpu.description.contains("llvmpipe"), "{gpu:?}");
        assert!(
            0 < gpu.free_bytes && gpu.free_bytes <= gpu.total_bytes,
            "{gpu:?}"
        );
        assert_eq!(gpu.measured.is_some(), asked.measure, "{gpu:?}");
    }
    let without = Probe {
        gpus: false,
        ..LIST
    };
    let devices = list(&program, without);
    assert_eq!(devices, [processor(&devices).clone()], "no driver was run");
}

/// Like nearly every machine that tests run on.
#[test]
fn a_machine_without_drivers_has_its_processor() {
    for (name, settings) in [
        (
            "probe-no-driver",
            "export VK_DRIVER_FILES=/nowhere VK_ICD_FILENAMES=/nowhere",
        ),
        ("probe-no-such-gpu", "export GGML_VK_VISIBLE_DEVICES=99"),
        ("probe-no-gpu", "export GGML_VK_VISIBLE_DEVICES="),
    ] {
        let devices = list(&engine_after(name, settings), LIST);
        assert_eq!(processor(&devices), &devices[0]);
        assert_eq!(devices.len(), 1, "{devices:?}");
    }
}

/// As it lies once installed: the libraries and backends beside it. What stands for the library
/// that drives GPUs does not load, as that would without a Vulkan loader.
#[test]
fn a_gpu_library_that_does_not_load_does_no_harm() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed");
    let _ = fs_err::remove_dir_all(&home);
    fs_err::create_dir_all(home.join("backends")).unwrap();
    let program = home.join("spud-engine");
    fs_err::copy(PROGRAM, &program).unwrap();
    let build = Path::new(kernels::BUILT_IN);
    for entry in fs_err::read_dir(build).unwrap() {
        let entry = entry.unwrap();
        fs_err::copy(entry.path(), home.join(entry.file_name())).unwrap();
    }
    fs_err::write(home.join("backends/libggml-vulkan.so"), "no library").unwrap();
    let devices = list(&program, LIST);
    assert_eq!(devices, [processor(&devices).clone()]);
    let engine = engine::Engine::start(&program).unwrap();
    load(&engine, &sprout(), CONTEXT).unwrap();
    assert!(!ask(&engine, greedy(prompt("Hi"))).answer.is_empty());
}

#[test]
fn a_probe_of_what_crashes_or_hangs_ends_with_the_reason() {
    let crash = greeting_then(
        "probe-crash",
        "echo 'error: the driver lost its device' >&2\nkill -SEGV $$",
    );
    let failed = probe(&crash, MEASURE, PATIENCE).unwrap_err();
    assert!(matches!(failed, ProbeError::Failed(_)), "{failed:?}");
    assert!(failed.to_string().contains("lost its device"), "{failed}");
    let hang = greeting_then("probe-hang", "exec sleep 1000");
    let slow = probe(&hang, MEASURE, Duration::from_millis(200)).unwrap_err();
    assert!(matches!(slow, ProbeError::TooSlow(_)), "{slow:?}");
    let missing = probe(Path::new("/nowhere/spud-engine"), LIST, PATIENCE).unwrap_err();
    assert!(matches!(missing, ProbeError::NotStarted(_)), "{missing:?}");
}
