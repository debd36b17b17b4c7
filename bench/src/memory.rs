//! How much memory a process has held.

/// The bytes that a file of Linux's `/proc` gives a key (proc(5): `Rss:   1312 kB`); `None` where it does not.
pub fn bytes_of(told: &str, key: &str) -> Option<u64> {
    let value = told.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: u64 = value.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// The highest resident size of a process, in bytes; `None` where the system does not tell.
pub fn peak(process: u32) -> Option<u64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    bytes_of(&status, "VmHWM:")
}

#[cfg(test)]
mod tests {
    use super::bytes_of;

    #[test]
    fn a_key_is_read_with_its_unit() {
        let told = "Name:\tspud\nVmHWM:\t    1312 kB\nVmRSS:\t12 pages\n";
        assert_eq!(bytes_of(told, "VmHWM:"), Some(1312 << 10));
        assert_eq!(bytes_of(told, "VmRSS:"), None);
        assert_eq!(bytes_of(told, "VmSwap:"), None);
    }
}
