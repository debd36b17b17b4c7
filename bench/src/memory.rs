//! How much memory a process has held at most.

/// The highest resident size of a process, in bytes; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub fn peak(process: u32) -> Option<u64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}

/// The highest resident size of a process, in bytes; `None` where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn peak(_process: u32) -> Option<u64> {
    None
}
