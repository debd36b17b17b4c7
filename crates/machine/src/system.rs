//! What only one system can tell, and the honest answer on the others: nothing.
//!
//! Linux tells container limits and kinds of cores in files. Not here: reading those files into
//! meaning (`cgroup`, `cpus`), which is pure over a folder and tested on every system.

use crate::cgroup::Limit;

/// The memory limit of the container or service that this process lives in, if any.
#[cfg(target_os = "linux")]
pub(crate) fn container_limit() -> Option<Limit> {
    let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    crate::cgroup::limit(&own, std::path::Path::new("/sys/fs/cgroup"))
}

/// Physical performance cores among those that this process may run on.
#[cfg(target_os = "linux")]
pub(crate) fn performance_cores() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let allowed = crate::cpus::allowed(&status)?;
    crate::cpus::performance_cores(&allowed, std::path::Path::new("/sys/devices/system/cpu"))
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
