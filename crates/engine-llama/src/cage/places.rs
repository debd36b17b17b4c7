//! The lists of the cage: what the processor alone needs, and what the drivers of a GPU need on top.
//! A place that is not there is passed over; one that is missing here shows as a driver that does
//! not find its GPU, which then is not used.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::Needs;
use super::files::May;
use crate::{backends, cold, kept};

/// What glibc, libgomp, ggml and our own code look at while they compute.
const ALWAYS: [&str; 9] = [
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/proc/cpuinfo",
    "/proc/meminfo",
    // Its own only: it opens as the number that this process has.
    "/proc/self",
    "/proc/stat",
    "/sys/devices/system",
    "/sys/fs/cgroup",
];

/// Where drivers and what they read lie, on the systems that are known.
const DRIVERS: [&str; 38] = [
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/lib",
    "/usr/share/drirc.d",
    "/usr/share/glvnd",
    "/usr/share/libdrm",
    "/usr/share/nvidia",
    "/usr/share/vulkan",
    "/usr/local/share/vulkan",
    "/usr/local/etc/vulkan",
    "/usr/local/cuda",
    "/lib",
    "/lib64",
    "/etc/drirc",
    "/etc/glvnd",
    "/etc/ld.so.cache",
    "/etc/nvidia",
    "/etc/vulkan",
    "/app/lib",
    "/opt/amdgpu",
    "/opt/amdgpu-pro",
    "/opt/rocm",
    "/gnu/store",
    "/nix/store",
    "/run/opengl-driver",
    "/proc/devices",
    "/proc/driver/nvidia",
    "/proc/modules",
    "/proc/sys/vm",
    "/proc/version",
    "/sys/bus",
    "/sys/class",
    "/sys/dev/char",
    "/sys/devices",
    "/sys/kernel/mm",
    "/sys/module",
];

/// The same below a person's home.
const DRIVERS_AT_HOME: [&str; 3] = [".drirc", ".config/vulkan", ".local/share/vulkan"];

/// How the names of nodes in `/dev` begin that are GPUs.
const NODES: [&str; 8] = [
    "dri", "dxg", "galcore", "kfd", "mali", "nvidia", "nvhost", "nvmap",
];

/// Variables that name files and folders of drivers, with a colon between them.
const NAMING: [&str; 7] = [
    "LD_LIBRARY_PATH",
    "VK_ADD_DRIVER_FILES",
    "VK_ADD_LAYER_PATH",
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
    "VK_LAYER_PATH",
    "LIBGL_DRIVERS_PATH",
];

/// Variables that name the folder where a driver keeps compiled programs.
const NAMING_CACHES: [&str; 4] = [
    "CUDA_CACHE_PATH",
    "MESA_GLSL_CACHE_DIR",
    "MESA_SHADER_CACHE_DIR",
    "__GL_SHADER_DISK_CACHE_PATH",
];

/// The list for these needs. Makes the folders where something may be kept, since a wall lets in only
/// what is there.
pub(super) fn of(needs: &Needs) -> Vec<(PathBuf, May)> {
    let mut places = vec![("/dev/null".into(), May::Use)];
    places.extend(ALWAYS.map(|path| (path.into(), May::Read)));
    let own = backends::folders().into_iter();
    places.extend(own.map(|path| (path, May::Read)));
    for model in &needs.models {
        let parts = cold::files(model).into_iter();
        // A name that promises more parts than anybody has costs nothing.
        let there = parts.take_while(|path| path.exists());
        places.extend(there.map(|path| (path, May::Read)));
    }
    if let Some(contexts) = &needs.contexts {
        // Where it cannot be made, nothing is kept.
        let _ = kept::make_private(contexts);
        places.push((contexts.clone(), May::Keep));
    }
    if needs.gpus {
        drivers(&mut places);
    }
    places
}

fn drivers(places: &mut Vec<(PathBuf, May)>) {
    places.extend(DRIVERS.map(|path| (path.into(), May::Read)));
    let nodes = fs::read_dir("/dev").into_iter().flatten().flatten();
    let nodes = nodes.filter(|node| {
        let name = node.file_name();
        NODES
            .iter()
            .any(|node| name.as_encoded_bytes().starts_with(node.as_bytes()))
    });
    places.extend(nodes.map(|node| (node.path(), May::Use)));
    for path in named(&NAMING) {
        places.extend(library_of(&path).map(|library| (library, May::Read)));
        places.push((path, May::Read));
    }
    let mut caches = named(&NAMING_CACHES);
    if let Some(home) = env::home_dir() {
        places.extend(DRIVERS_AT_HOME.map(|path| (home.join(path), May::Read)));
        let cache = env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
        let cache = cache.map_or_else(|| home.join(".cache"), PathBuf::from);
        // The drivers' own names; Mesa and NVIDIA's make theirs where they are not there.
        if Path::new("/dev/dri").exists() && caches.is_empty() {
            caches
                .extend(["mesa_shader_cache", "mesa_shader_cache_db"].map(|name| cache.join(name)));
        }
        if Path::new("/dev/nvidiactl").exists() {
            caches.extend([cache.join("nvidia"), home.join(".nv")]);
        }
        let made_elsewhere = [
            "AMD",
            "radv_builtin_shaders",
            "radv_builtin_shaders64",
            "comgr",
        ];
        places.extend(made_elsewhere.map(|name| (cache.join(name), May::Cache)));
    }
    for path in caches {
        // Where it cannot be made, programs are compiled anew each time.
        let _ = kept::make_private(&path);
        places.push((path, May::Cache));
    }
}

/// Absolute paths in these variables.
fn named(variables: &[&str]) -> Vec<PathBuf> {
    let values = variables.iter().filter_map(env::var_os);
    let paths = values.flat_map(|value| env::split_paths(&value).collect::<Vec<_>>());
    paths.filter(|path| path.is_absolute()).collect()
}

/// The folder of the library that a driver's description names, where it is said in full.
fn library_of(description: &Path) -> Option<PathBuf> {
    let text = fs::read(description).ok()?;
    let description: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let library = Path::new(description["ICD"]["library_path"].as_str()?);
    let folder = library.parent()?;
    folder.is_absolute().then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::library_of;

    #[test]
    fn the_library_of_a_driver_is_found_where_it_is_named_in_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("icd.json");
        for (library, expect) in [
            (
                "/opt/mesa/lib/libvulkan_lvp.so",
                Some(Path::new("/opt/mesa/lib")),
            ),
            ("libvulkan_lvp.so", None),
            ("../lib/libvulkan_lvp.so", None),
        ] {
            let text = format!(r#"{{"ICD":{{"library_path":"{library}"}}}}"#);
            fs::write(&path, text).unwrap();
            assert_eq!(library_of(&path).as_deref(), expect);
        }
        fs::write(&path, "no description").unwrap();
        assert_eq!(library_of(&path), None);
    }
}
