//! Which of a Linux machine's cores are the fast ones, which of them this process may use, how large
//! the caches before the memory are, and what the cores did so far.
//!
//! Not here: how many of them should compute (`fit::Machine::threads`).
#![cfg_attr(
    all(not(target_os = "linux"), not(test)),
    expect(dead_code, reason = "only Linux has these files")
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::others::Account;

/// A core counts as a performance core from this percentage of the fastest one's measure on. The
/// favoured cores of one kind differ by a few percent; efficiency cores reach 60–75 % of the
/// others' clock and less of their capacity.
const PERFORMANCE_PERCENT: u64 = 80;

/// The hardware threads that a process may run on, from its `/proc/self/status`.
pub(crate) fn allowed(status: &str) -> Option<BTreeSet<u32>> {
    list(
        status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?,
    )
}

/// A list as the kernel writes it: `0-3,8,10-11`.
fn list(text: &str) -> Option<BTreeSet<u32>> {
    let mut out = BTreeSet::new();
    for range in text.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
        // No machine has more; a longer range is a broken file.
        if last.saturating_sub(first) > 65_536 {
            return None;
        }
        out.extend(first..=last);
    }
    Some(out)
}

/// Physical performance cores with at least one of the `allowed` threads, as told below `root`
/// (`/sys/devices/system/cpu`). None where the folder does not tell cores from threads.
pub(crate) fn performance_cores(allowed: &BTreeSet<u32>, root: &Path) -> Option<u32> {
    let read =
        |cpu: u32, file: &str| fs::read_to_string(root.join(format!("cpu{cpu}/{file}"))).ok();
    let number = |cpu, file| read(cpu, file)?.trim().parse::<u64>().ok();
    // A core by the set of its threads, with its measure: capacity where the kernel knows it
    // (Arm, newer x86), else the highest clock, else all alike.
    let mut cores = BTreeMap::new();
    for &cpu in allowed {
        let threads = list(&read(cpu, "topology/thread_siblings_list")?)?;
        let measure = number(cpu, "cpu_capacity")
            .or_else(|| number(cpu, "cpufreq/cpuinfo_max_freq"))
            .unwrap_or(0);
        cores.insert(threads, measure);
    }
    let fastest = *cores.values().max()?;
    let fast = |&&measure: &&u64| measure >= fastest.saturating_mul(PERFORMANCE_PERCENT) / 100;
    u32::try_from(cores.values().filter(fast).count()).ok()
}

/// Bytes of all caches of the last level that the `allowed` threads read through, as told below
/// `root`. None where the folder does not tell of caches, as on many Arm boards.
pub(crate) fn last_caches(allowed: &BTreeSet<u32>, root: &Path) -> Option<u64> {
    // A cache by its level and the set of its threads: each thread tells of the same one.
    let mut caches = BTreeMap::new();
    for &cpu in allowed {
        let folder = root.join(format!("cpu{cpu}/cache"));
        for index in fs::read_dir(folder).ok()?.filter_map(Result::ok) {
            let read = |file: &str| fs::read_to_string(index.path().join(file)).ok();
            let cache = || {
                let level = read("level")?.trim().parse::<u32>().ok()?;
                let threads = list(&read("shared_cpu_list")?)?;
                Some(((level, threads), size(&read("size")?)?))
            };
            caches.extend(cache());
        }
    }
    let last = caches.keys().map(|(level, _)| *level).max()?;
    let of_last = caches.iter().filter(|((level, _), _)| *level == last);
    Some(
        of_last
            .map(|(_, bytes)| *bytes)
            .fold(0, u64::saturating_add),
    )
}

/// What the `allowed` threads did so far, by `/proc/stat`, and what this process did, by its own
/// `/proc/self/stat` (both proc(5), in hundredths of a second).
pub(crate) fn account(of_all: &str, allowed: &BTreeSet<u32>, own: &str) -> Option<Account> {
    let (mut cores, mut busy, mut all) = (0.0, 0.0, 0.0);
    for line in of_all.lines().filter_map(|line| line.strip_prefix("cpu")) {
        let mut fields = line.split_whitespace();
        // The first line is of all together, and has no number.
        let number = fields.next().and_then(|number| number.parse().ok());
        if line.starts_with(' ') || !number.is_some_and(|cpu| allowed.contains(&cpu)) {
            continue;
        }
        let times: Vec<f64> = fields.map_while(|time| time.parse().ok()).collect();
        // Old kernels do not know of a host that takes time away.
        let (&[user, nice, system, idle, iowait, irq, softirq], rest) =
            times.split_first_chunk()?;
        let steal = rest.first().copied().unwrap_or(0.0);
        let ran = user + nice + system + irq + softirq + steal;
        cores += 1.0;
        busy += ran;
        all += ran + idle + iowait;
    }
    // The name, in brackets, may hold anything; the state follows, then numbers: the 14th to 17th field
    // are user and system time of the process, then of the children that it waited for.
    let (_, rest) = own.rsplit_once(')')?;
    let times = rest.split_whitespace().skip(11).take(4);
    let times: Vec<f64> = times.map_while(|time| time.parse().ok()).collect();
    (cores > 0.0 && times.len() == 4).then(|| Account {
        cores,
        busy,
        all,
        own: times.iter().sum(),
    })
}

/// A size as the kernel writes it: `32768K`.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::{account, allowed, last_caches, list, performance_cores};
    use crate::others::Account;
    use std::collections::BTreeSet;
    use std::fs;

    #[test]
    fn the_accounts_are_read_as_the_manual_tells_them() {
        let of_all = "cpu  999 9 9 9 9 9 9 9 0 0\ncpu0 100 10 20 700 40 3 2 5 0 0\n\
                      cpu1 1 1 1 1 1 1 1 1 1 1\ncpu2 50 0 0 50 0 0 0\nintr 123 cpu0\n";
        let own = "22 (a) b (c)) R 1 22 22 34816 22 4194304 100 0 0 0 7 2 30 1 20 0 1 0 165168 3\n";
        let allowed = BTreeSet::from([0, 2, 9]);
        let expect = Account {
            cores: 2.0,
            busy: 140.0 + 50.0,
            all: 880.0 + 100.0,
            own: 40.0,
        };
        assert_eq!(account(of_all, &allowed, own), Some(expect));
        for (of_all, own) in [
            ("", own),
            ("cpu0 1 2 3\n", own),
            ("cpu  1 2 3 4 5 6 7 8\n", own),
            (of_all, ""),
            (of_all, "22 (a) R 1 2 3"),
        ] {
            assert_eq!(account(of_all, &allowed, own), None, "{of_all} {own}");
        }
        assert_eq!(account(of_all, &BTreeSet::new(), own), None);
    }

    #[test]
    fn lists_as_the_kernel_writes_them() {
        for (text, expect) in [
            ("0\n", Some(vec![0])),
            ("\t0-3,8,10-11\n", Some(vec![0, 1, 2, 3, 8, 10, 11])),
            ("", None),
            ("a-b", None),
            ("0-4294967295", None),
        ] {
            assert_eq!(
                list(text).map(|set| set.into_iter().collect()),
                expect,
                "{text}"
            );
        }
        let status = "Name:\tspud\nCpus_allowed:\tf\nCpus_allowed_list:\t2-3\n";
        assert_eq!(allowed(status), Some([2, 3].into()));
        assert_eq!(allowed("Name:\tspud\n"), None);
    }

    /// `cpus` lists each thread's siblings and its measures.
    fn check(cpus: &[(&str, &str, u64)], allowed: std::ops::Range<u32>, expect: Option<u32>) {
        let root = tempfile::tempdir().unwrap();
        for (cpu, (siblings, file, measure)) in cpus.iter().enumerate() {
            let cpu = root.path().join(format!("cpu{cpu}"));
            fs::create_dir_all(cpu.join("topology")).unwrap();
            fs::create_dir_all(cpu.join("cpufreq")).unwrap();
            fs::write(cpu.join("topology/thread_siblings_list"), siblings).unwrap();
            if !file.is_empty() {
                fs::write(cpu.join(file), format!("{measure}\n")).unwrap();
            }
        }
        assert_eq!(
            performance_cores(&allowed.collect(), root.path()),
            expect,
            "{cpus:?}"
        );
    }

    #[test]
    fn fast_cores_are_counted_once_and_slow_ones_not() {
        const CLOCK: &str = "cpufreq/cpuinfo_max_freq";
        const CAPACITY: &str = "cpu_capacity";
        // Two cores of two threads, one of them favoured; then two efficiency cores.
        let laptop = [
            ("0-1", CLOCK, 5_000_000),
            ("0-1", CLOCK, 5_000_000),
            ("2-3", CLOCK, 4_700_000),
            ("2-3", CLOCK, 4_700_000),
            ("4", CLOCK, 3_600_000),
            ("5", CLOCK, 3_600_000),
        ];
        check(&laptop, 0..6, Some(2));
        check(&laptop, 1..3, Some(2));
        check(&laptop, 4..6, Some(2));
        check(&laptop, 3..6, Some(1));
        let arm = [
            ("0", CAPACITY, 430),
            ("1", CAPACITY, 430),
            ("2", CAPACITY, 1_024),
        ];
        check(&arm, 0..3, Some(1));
        check(&[("0", "", 0), ("1", "", 0)], 0..2, Some(2));
        check(&[("0", "", 0)], 0..2, None);
        check(&[], 0..0, None);
    }

    /// `caches` lists, for each thread, level, size and threads of what it reads through.
    fn check_caches(caches: &[&[(u32, &str, &str)]], expect: Option<u64>) {
        let root = tempfile::tempdir().unwrap();
        for (cpu, caches) in caches.iter().enumerate() {
            for (index, (level, size, threads)) in caches.iter().enumerate() {
                let folder = root.path().join(format!("cpu{cpu}/cache/index{index}"));
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join("level"), format!("{level}\n")).unwrap();
                fs::write(folder.join("size"), format!("{size}\n")).unwrap();
                fs::write(folder.join("shared_cpu_list"), format!("{threads}\n")).unwrap();
            }
        }
        let allowed = (0..u32::try_from(caches.len()).unwrap()).collect();
        assert_eq!(last_caches(&allowed, root.path()), expect, "{caches:?}");
    }

    #[test]
    fn caches_of_the_last_level_are_counted_once() {
        // Two groups of two cores, each with a cache of its own.
        let first: &[_] = &[(1, "32K", "0"), (2, "1024K", "0"), (3, "32768K", "0-1")];
        let second: &[_] = &[(1, "32K", "1"), (2, "1024K", "1"), (3, "32768K", "0-1")];
        let third: &[_] = &[(1, "32K", "2"), (2, "1024K", "2"), (3, "96M", "2-3")];
        check_caches(&[first, second, third], Some(128 << 20));
        check_caches(&[&first[..2], &second[..2]], Some(2 << 20));
        check_caches(&[&[(3, "many", "0")]], None);
        check_caches(&[], None);
    }
}
