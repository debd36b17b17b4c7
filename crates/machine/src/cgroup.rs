//! How much memory a Linux control group leaves to this process.
//!
//! A container, a service or a login session can have less than the machine. Each group from the
//! process's own up to the root may set a limit, and the tightest counts. File pages that nobody
//! used lately count as free: the kernel drops them before it kills. Both versions of the
//! interface are read, since older systems keep memory in version 1. Not here: finding the
//! process's groups (`system`), limits on processor time (`std::thread::available_parallelism`
//! knows them).
#![cfg_attr(
    all(not(target_os = "linux"), not(test)),
    expect(dead_code, reason = "only Linux has these files")
)]

use std::fs;
use std::path::Path;

/// The tightest limit over this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Bytes that the group may hold.
    pub(crate) total_bytes: u64,
    /// Bytes of these that are not held, or held by file pages that can go.
    pub(crate) available_bytes: u64,
}

/// The names of the same three facts in one version of the interface.
struct Names {
    limit: &'static str,
    usage: &'static str,
    /// The line of `memory.stat`, with what lies in groups below included.
    inactive_file: &'static str,
}

const V1: Names = Names {
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    inactive_file: "total_inactive_file",
};
const V2: Names = Names {
    limit: "memory.max",
    usage: "memory.current",
    inactive_file: "inactive_file",
};

/// The tightest limit over the process whose `/proc/self/cgroup` is `own`, with the groups
/// mounted below `root`. None without a limit. Version 1 writes "no limit" as a number near
/// `i64::MAX`, which is returned as it is: the caller takes the smaller of it and the machine.
pub(crate) fn limit(own: &str, root: &Path) -> Option<Limit> {
    let mut tightest: Option<Limit> = None;
    for line in own.lines() {
        let mut fields = line.splitn(3, ':');
        let (Some(_), Some(controllers), Some(path)) =
            (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let (names, mounts): (_, &[_]) = if controllers.is_empty() {
            // Beside version 1, version 2 is mounted in a folder of its own.
            (&V2, &[root.to_owned(), root.join("unified")])
        } else if controllers
            .split(',')
            .any(|controller| controller == "memory")
        {
            (&V1, &[root.join("memory")])
        } else {
            continue;
        };
        for mount in mounts {
            // Inside a container the path can be the outer one, which does not exist here; its
            // ancestors end at the mount, which is then the container's own group.
            for group in Path::new(path.trim_start_matches('/')).ancestors() {
                if let Some(limit) = read(&mount.join(group), names) {
                    tightest = Some(tightest.map_or(limit, |tightest| Limit {
                        total_bytes: tightest.total_bytes.min(limit.total_bytes),
                        available_bytes: tightest.available_bytes.min(limit.available_bytes),
                    }));
                }
            }
        }
    }
    tightest
}

/// One group's limit; none if there is no such group, or it says `max`, or it cannot be read.
fn read(group: &Path, names: &Names) -> Option<Limit> {
    let number = |name| {
        fs::read_to_string(group.join(name))
            .ok()?
            .trim()
            .parse::<u64>()
            .ok()
    };
    let total_bytes = number(names.limit)?;
    let usage = number(names.usage)?;
    let stat = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let inactive_file = stat
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == names.inactive_file)
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let held = usage.saturating_sub(inactive_file);
    Some(Limit {
        total_bytes,
        available_bytes: total_bytes.saturating_sub(held),
    })
}

#[cfg(test)]
mod tests {
    use super::{Limit, limit};
    use std::fs;

    /// `files` is a list of path and content below the mount point of all groups.
    fn check(own: &str, files: &[(&str, &str)], expect: Option<(u64, u64)>) {
        let root = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let expect = expect.map(|(total_bytes, available_bytes)| Limit {
            total_bytes,
            available_bytes,
        });
        assert_eq!(limit(own, root.path()), expect, "{own} {files:?}");
    }

    #[test]
    fn version_2_takes_the_tightest_of_all_levels() {
        let own = "0::/user.slice/app.scope\n";
        check(own, &[], None);
        check(own, &[("user.slice/app.scope/memory.max", "max\n")], None);
        let service = [
            ("user.slice/app.scope/memory.max", "8000\n"),
            ("user.slice/app.scope/memory.current", "3000\n"),
            (
                "user.slice/app.scope/memory.stat",
                "anon 900\ninactive_file 2000\nfile 2100\n",
            ),
        ];
        check(own, &service, Some((8_000, 7_000)));
        let slice = [
            ("user.slice/memory.max", "9000\n"),
            ("user.slice/memory.current", "8500\n"),
            ("user.slice/memory.stat", "inactive_file 100\n"),
        ];
        check(own, &[service, slice].concat(), Some((8_000, 600)));
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        let files = [("memory.max", "5000\n"), ("memory.current", "6000\n")];
        check("0::/\n", &files, Some((5_000, 0)));
        check("0::/docker/0123abc\n", &files, Some((5_000, 0)));
    }

    #[test]
    fn version_1_is_read_where_memory_lives_there() {
        let own = "9:name=systemd:/\n4:memory:/box/one\n1:cpu,cpuacct:/box\n0::/\n";
        let files = [
            ("memory/box/one/memory.limit_in_bytes", "4096000\n"),
            ("memory/box/one/memory.usage_in_bytes", "96000\n"),
            (
                "memory/box/one/memory.stat",
                "inactive_file 1\ntotal_inactive_file 6000\n",
            ),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/memory.usage_in_bytes", "1000\n"),
        ];
        check(own, &files, Some((4_096_000, 4_006_000)));
        check("nonsense\n4:memory\n::\n", &files, None);
    }

    #[test]
    fn version_2_beside_version_1() {
        let files = [
            ("unified/a/memory.max", "700\n"),
            ("unified/a/memory.current", "0\n"),
        ];
        check("4:memory:/\n0::/a\n", &files, Some((700, 700)));
    }
}
