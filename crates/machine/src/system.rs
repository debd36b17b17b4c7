//! What only one system can tell, and the honest answer on the others: nothing, or what sysinfo
//! makes of it.
//!
//! Linux tells container limits, kinds of cores and caches in files. Not here: reading those files
//! into meaning (`cgroup`, `cpus`), which is pure over a folder and tested on every system.

use std::path::Path;
use std::time::Duration;

use crate::cgroup::Limit;
use crate::others::Account;

/// The memory limit of the container or service that this process lives in, if any.
#[cfg(target_os = "linux")]
pub(crate) fn container_limit() -> Option<Limit> {
    let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    crate::cgroup::limit(&own, Path::new("/sys/fs/cgroup"))
}

/// Where Linux tells of its processors.
#[cfg(target_os = "linux")]
const CPUS: &str = "/sys/devices/system/cpu";

/// The hardware threads that this process may run on.
#[cfg(target_os = "linux")]
fn allowed() -> Option<std::collections::BTreeSet<u32>> {
    crate::cpus::allowed(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Physical performance cores among those that this process may run on.
#[cfg(target_os = "linux")]
pub(crate) fn performance_cores() -> Option<u32> {
    crate::cpus::performance_cores(&allowed()?, Path::new(CPUS))
}

/// Bytes of the last caches before the memory.
#[cfg(target_os = "linux")]
pub(crate) fn last_cache_bytes() -> Option<u64> {
    crate::cpus::last_caches(&allowed()?, Path::new(CPUS))
}

/// What the processors did so far that this process may run on.
#[cfg(target_os = "linux")]
pub(crate) fn account() -> Option<Account> {
    let of_all = std::fs::read_to_string("/proc/stat").ok()?;
    let own = std::fs::read_to_string("/proc/self/stat").ok()?;
    crate::cpus::account(&of_all, &allowed()?, &own)
}

/// The accounts tell.
#[cfg(target_os = "linux")]
pub(crate) fn is_busy(_listen: Duration) -> Option<bool> {
    None
}

/// Bytes that this user may still write into a folder that exists.
///
/// The file system under the folder is asked itself. sysinfo's list has no network and no memory
/// file systems on Linux, and for a folder on one of those it led to the numbers of another disk.
#[cfg(target_os = "linux")]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    found.f_frsize.checked_mul(found.f_bavail)
}

/// Job objects on Windows and limits on macOS are not asked for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn container_limit() -> Option<Limit> {
    None
}

/// macOS and Windows know kinds of cores too; sysinfo does not ask them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn performance_cores() -> Option<u32> {
    None
}

/// There are none that tell a process's children.
#[cfg(not(target_os = "linux"))]
pub(crate) fn account() -> Option<Account> {
    None
}

/// Whether the machine is busy while this thread only listens.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_busy(listen: Duration) -> Option<bool> {
    let mut seen = sysinfo::System::new().ok()?;
    seen.refresh_cpu_usage();
    std::thread::sleep(listen.max(sysinfo::MINIMUM_CPU_UPDATE_INTERVAL));
    seen.refresh_cpu_usage();
    let cores = u32::try_from(seen.cpus().len())
        .ok()
        .filter(|&cores| cores > 0)?;
    let part = f64::from(seen.global_cpu_usage()) / 100.0;
    let none = Account {
        cores: f64::from(cores),
        busy: 0.0,
        all: 1.0,
        own: 0.0,
    };
    Some(crate::others::are_in_the_way(
        &none,
        &Account {
            busy: part,
            all: 2.0,
            ..none
        },
    ))
}

/// Caches are not asked for.
#[cfg(not(target_os = "linux"))]
pub(crate) fn last_cache_bytes() -> Option<u64> {
    None
}

/// Bytes that this user may still write into a folder that exists: those of the disk that is
/// mounted nearest. Unlike statvfs, sysinfo counts what macOS clears when space is needed.
#[cfg(not(target_os = "linux"))]
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let what = sysinfo::DiskRefreshKind::nothing().with_storage();
    let disks = sysinfo::Disks::new_with_refreshed_list_specifics(what).ok()?;
    let under = (&disks)
        .into_iter()
        .filter(|disk| folder.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().as_os_str().len())?;
    Some(under.available_space())
}
