//! How the engine's process is started: what it is wrapped in, what of our variables reaches it, and
//! the pages it computes with.
//!
//! It keeps the rank of the program that starts it: five steps back (`nice`) halved the speed of words beside
//! programs of the same session (bench/README.md, "Beside other programs"), and beside those of other
//! sessions and units Linux weighs the sessions and takes no notice.
//!
//! Not here: its pipes and its life (`handle`).

use std::path::Path;
use std::process::Command;

/// The variable that wraps the engine's command, for debugging: `qemu-x86_64 -cpu Nehalem`, `gdb`'s
/// server, `valgrind`. Its words are cut at spaces.
pub const WRAPPER: &str = "SPUD_ENGINE_WRAPPER";

/// The command that starts the engine at this path.
pub(crate) fn of(path: &Path) -> Command {
    let mut command = wrapped(path, std::env::var(WRAPPER).ok().as_deref());
    apart(&mut command);
    on_large_pages(&mut command);
    command
        // Names a library to load: nobody's choice but ours. (`GGML_VK_VISIBLE_DEVICES` reaches the
        // engine: which of their GPUs are used is for people to choose.)
        .env_remove("GGML_BACKEND_PATH")
        // They bind threads to cores from outside, which the cage refuses and OpenMP takes for its end; which
        // cores compute is decided within (`huddle`).
        .env_remove("OMP_PROC_BIND")
        .env_remove("OMP_PLACES")
        .env_remove("GOMP_CPU_AFFINITY")
        // Else a failed assert forks the process to run a debugger on it, before it dies.
        .env("GGML_NO_BACKTRACE", "1");
    command
}

/// The engine's command: itself, or what it is wrapped in, with itself as the last argument.
fn wrapped(path: &Path, wrapper: Option<&str>) -> Command {
    let mut words = wrapper.into_iter().flat_map(str::split_whitespace);
    let Some(program) = words.next() else {
        return Command::new(path);
    };
    let mut command = Command::new(program);
    command.args(words).arg(path);
    command
}

/// Keeps a Ctrl-C in the terminal from reaching the engine: it means the reply, not the process.
#[cfg(unix)]
fn apart(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// The same on Windows, and no console window beside ours. Untried.
#[cfg(windows)]
fn apart(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW);
}

/// Asks for pages of 2 MiB for what the engine allocates, where Linux leaves that to programs (its
/// usual setting, `madvise`). A step of the computation goes through all weights and the cache once, and
/// finding each 4 KiB of them costs up to a tenth of its time (bench/README.md, "Large pages"). It is
/// glibc's own switch, read when a process starts (its manual, "Memory Allocation Tunables"); another C
/// library takes no notice, and where no large page is free the kernel gives small ones.
#[cfg(target_os = "linux")]
fn on_large_pages(command: &mut Command) {
    const TUNABLES: &str = "GLIBC_TUNABLES";
    let theirs = std::env::var(TUNABLES).ok();
    command.env(TUNABLES, tunables(theirs.as_deref()));
}

/// The variable with our wish and what was there before, which decides: the last word counts.
#[cfg(target_os = "linux")]
fn tunables(before: Option<&str>) -> String {
    let ours = "glibc.malloc.hugetlb=1";
    match before.filter(|before| !before.is_empty()) {
        Some(before) => format!("{ours}:{before}"),
        None => ours.to_owned(),
    }
}

/// Other systems decide that themselves.
#[cfg(not(target_os = "linux"))]
fn on_large_pages(_command: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(wrapper: Option<&str>) -> Vec<String> {
        let command = wrapped(Path::new("/usr/lib/spud/spud engine"), wrapper);
        std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_somebody_tuned_has_the_last_word() {
        assert_eq!(tunables(None), "glibc.malloc.hugetlb=1");
        assert_eq!(tunables(Some("")), "glibc.malloc.hugetlb=1");
        let both = "glibc.malloc.hugetlb=1:glibc.malloc.hugetlb=0";
        assert_eq!(tunables(Some("glibc.malloc.hugetlb=0")), both);
    }

    #[test]
    fn a_wrapper_gets_the_engine_as_its_last_word() {
        let bare = ["/usr/lib/spud/spud engine"];
        assert_eq!(shown(None), bare);
        assert_eq!(shown(Some("  ")), bare);
        let wrapped = ["qemu-x86_64", "-cpu", "Nehalem", bare[0]];
        assert_eq!(shown(Some("qemu-x86_64 -cpu  Nehalem")), wrapped);
    }
}
