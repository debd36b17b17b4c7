//! The wall of system calls: seccomp. No network, no program, no new process, no hand on another
//! process or on the kernel; what is refused fails with `EPERM`, so that a library which only tries
//! goes on without.
//!
//! A list of what is forbidden, not of what is allowed: drivers of GPUs make calls that nobody has
//! listed, and a list that fits here would break there. Files are the other wall's affair.

#![expect(
    unsafe_code,
    reason = "the crate that writes filters does not offer the flag that keeps them fast, and what is \
              forbidden is tried by its number"
)]

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::ffi::CStr;
use std::io;

use rustix::process::{Pid, getpid, getpriority_process};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

/// Forbidden whatever is asked of them.
const FORBIDDEN: &[libc::c_long] = &[
    // Network. Nothing is connected that was not made; `io_uring` would go around this wall.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmmsg,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_kcmp,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    // The system.
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsopen,
    libc::SYS_init_module,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_mount,
    libc::SYS_move_mount,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_pivot_root,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
    // What Landlock does not know of: rights, owners and times of files, named pipes and nodes.
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchmodat2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_mknodat,
    libc::SYS_setxattr,
    libc::SYS_fsetxattr,
    libc::SYS_lsetxattr,
    SETXATTRAT,
    libc::SYS_removexattr,
    libc::SYS_fremovexattr,
    libc::SYS_lremovexattr,
    REMOVEXATTRAT,
    FILE_SETATTR,
    libc::SYS_utimensat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mknod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
];

/// Calls that came with Linux 6.13 and 6.17, by their numbers, which are the same on all processors; the
/// C library's names of them are newer than some that this is built with.
const SETXATTRAT: libc::c_long = 463;
const REMOVEXATTRAT: libc::c_long = 466;
const FILE_SETATTR: libc::c_long = 469;

/// Forbidden where the argument of this place names another process or thread: limits, cores and rank.
/// None is this one. Its own threads go by that too, since a filter cannot know them by their numbers;
/// each moves itself (`huddle`).
const ON_OTHERS: &[(libc::c_long, u8)] = &[
    (libc::SYS_prlimit64, 0),
    (libc::SYS_sched_setaffinity, 0),
    (libc::SYS_sched_setattr, 0),
    (libc::SYS_sched_setparam, 0),
    (libc::SYS_sched_setscheduler, 0),
    (libc::SYS_setpriority, 1),
    (libc::SYS_ioprio_set, 1),
];

/// The bit in the number of a call of x86-64's second face (x32), where most of the numbers above mean
/// the same and some calls have numbers of their own: a filter for the real one would let them pass. None
/// of them is ever made here. (Calls of 32-bit programs are another architecture, for which a filter
/// ends the process.)
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// A single process or thread, to `ioprio_set`.
const IOPRIO_WHO_PROCESS: u64 = 1;

/// Writes to a terminal as if somebody typed there.
const TIOCSTI: u64 = 0x5412;

/// Closes the wall around every thread. Where the kernel or the processor knows no filters, there is
/// none, and the check tells it.
pub(super) fn close() {
    let Ok(arch) = TargetArch::try_from(ARCH) else {
        return;
    };
    // Its arguments are in memory, where a filter does not look: glibc goes on with `clone`.
    let older = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let filters = [(older, libc::ENOSYS), (rules(), libc::EPERM)];
    for (rules, error) in filters {
        let action = SeccompAction::Errno(u32::try_from(error).unwrap_or_default());
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, arch);
        let program: Result<BpfProgram, BackendError> = filter.and_then(TryInto::try_into);
        // Best effort, as everything here.
        let _ = program.map(|program| install(&program));
    }
    #[cfg(target_arch = "x86_64")]
    let _ = install(&second_face());
}

/// Refuses every call of x86-64's second face; the crate compares numbers one by one.
#[cfg(target_arch = "x86_64")]
fn second_face() -> [sock_filter; 6] {
    // Where the kernel puts them for a filter (`struct seccomp_data`).
    const NUMBER: u32 = 0;
    const ARCHITECTURE: u32 = 4;
    // x86-64 and its second face alike (`AUDIT_ARCH_X86_64`).
    const X86_64: u32 = 0xc000_003e;
    const LOAD: u16 = 0x20;
    const IF_EQUAL: u16 = 0x15;
    const IF_ANY_BIT: u16 = 0x45;
    const RETURN: u16 = 0x06;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    let refused = libc::SECCOMP_RET_ERRNO | u32::try_from(libc::EPERM).unwrap_or_default();
    [
        step(LOAD, 0, 0, ARCHITECTURE),
        // What is of no other is looked at by the other filters, which end it.
        step(IF_EQUAL, 0, 2, X86_64),
        step(LOAD, 0, 0, NUMBER),
        step(IF_ANY_BIT, 1, 0, X32),
        step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        step(RETURN, 0, 0, refused),
    ]
}

/// What is forbidden, by the numbers of the calls; always, where nothing is said of their arguments.
fn rules() -> BTreeMap<i64, Vec<SeccompRule>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        FORBIDDEN.iter().map(|call| (*call, Vec::new())).collect();
    let own = u64::from(getpid().as_raw_nonzero().get().unsigned_abs());
    let thread = u64::try_from(libc::CLONE_THREAD).unwrap_or_default();
    let unix = u64::try_from(libc::AF_UNIX).unwrap_or_default();
    for (call, argument, is, value) in [
        // Threads are made, processes are not.
        (libc::SYS_clone, 0, SeccompCmpOp::MaskedEq(thread), 0),
        // A pair is connected to itself alone.
        (libc::SYS_socketpair, 0, SeccompCmpOp::Ne, unix),
        // A process that gives up ends itself by a signal.
        (libc::SYS_kill, 0, SeccompCmpOp::Ne, own),
        (libc::SYS_tgkill, 0, SeccompCmpOp::Ne, own),
        (libc::SYS_ioctl, 1, SeccompCmpOp::Eq, TIOCSTI),
    ] {
        let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value);
        let rule = condition.and_then(|condition| SeccompRule::new(vec![condition]));
        rules.insert(call, vec![rule.expect("BUG: six arguments, one condition")]);
    }
    for (call, argument) in ON_OTHERS {
        let isnt = |value| {
            let length = SeccompCmpArgLen::Dword;
            SeccompCondition::new(*argument, length, SeccompCmpOp::Ne, value)
        };
        let rule = isnt(0).and_then(|other| SeccompRule::new(vec![other, isnt(own)?]));
        rules.insert(
            *call,
            vec![rule.expect("BUG: six arguments, two conditions")],
        );
    }
    // Not of a whole group or user either, which have numbers of their own.
    for (call, process) in [
        (libc::SYS_setpriority, libc::PRIO_PROCESS.into()),
        (libc::SYS_ioprio_set, IOPRIO_WHO_PROCESS),
    ] {
        let length = SeccompCmpArgLen::Dword;
        let others = SeccompCondition::new(0, length, SeccompCmpOp::Ne, process);
        let rule = others.and_then(|others| SeccompRule::new(vec![others]));
        let rule = rule.expect("BUG: six arguments, one condition");
        rules.entry(call).or_default().push(rule);
    }
    rules
}

/// The kernel's form of a filter.
#[repr(C)]
struct Program {
    length: libc::c_ushort,
    first: *const sock_filter,
}

fn install(program: &[sock_filter]) -> io::Result<()> {
    // Without it only root may filter.
    rustix::thread::set_no_new_privs(true)?;
    // Before Linux 5.16 a filtered process runs with the processor's guessing at stores turned off
    // unless it says otherwise, which makes all of its work slower.
    let flags = libc::SECCOMP_FILTER_FLAG_TSYNC | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    let program = Program {
        length: u16::try_from(program.len()).map_err(io::Error::other)?,
        first: program.as_ptr(),
    };
    // SAFETY: the kernel copies as many instructions as `length` says from where `first` points,
    // which is borrowed until it returns, and keeps neither.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const program,
        )
    };
    match done {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Makes a call by its number, as somebody would who has taken over this process, for the check; the
/// arguments beyond those that are given are 0.
fn make(call: libc::c_long, arguments: &[usize]) -> io::Result<()> {
    let argument = |place: usize| arguments.get(place).copied().unwrap_or(0);
    // SAFETY: whoever asks gives addresses of things that live until this returns and are as large as
    // the call reads or writes, or none.
    let done = unsafe {
        libc::syscall(
            call,
            argument(0),
            argument(1),
            argument(2),
            argument(3),
            argument(4),
            argument(5),
        )
    };
    match done {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// What Landlock does not know of, tried on a file that this process may write.
pub(super) fn on_file(path: &CStr) -> Vec<(&'static str, io::Result<()>)> {
    let here = isize::try_from(libc::AT_FDCWD)
        .unwrap_or_default()
        .cast_unsigned();
    let path = path.as_ptr() as usize;
    let name = c"user.spud".as_ptr() as usize;
    // An empty value, as `struct xattr_args` has it.
    let value = [0_u64; 2];
    let value = value.as_ptr() as usize;
    vec![
        ("fchmodat2", make(libc::SYS_fchmodat2, &[here, path, 0o600])),
        (
            "setxattrat",
            make(SETXATTRAT, &[here, path, 0, name, value, 16]),
        ),
        ("removexattrat", make(REMOVEXATTRAT, &[here, path, 0, name])),
        ("utimensat", make(libc::SYS_utimensat, &[here, path])),
    ]
}

/// Calls by their second numbers: one that means the same, and one with a number of its own.
#[cfg(target_arch = "x86_64")]
pub(super) fn by_second_numbers() -> Vec<(&'static str, io::Result<()>)> {
    const EXECVE: libc::c_long = 520;
    let face = libc::c_long::from(X32);
    vec![
        ("getpid", make(face | libc::SYS_getpid, &[])),
        ("execve", make(face | EXECVE, &[])),
    ]
}

/// There are none on other processors.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn by_second_numbers() -> Vec<(&'static str, io::Result<()>)> {
    Vec::new()
}

/// Limits, cores and rank of another process, each asked to be what it is.
pub(super) fn on_process(other: Pid) -> Vec<(&'static str, io::Result<()>)> {
    let pid = usize::try_from(other.as_raw_nonzero().get()).unwrap_or_default();
    let mut cores = [0_u64; 128];
    let bytes = size_of_val(&cores);
    let cores_at = cores.as_mut_ptr() as usize;
    // Which cores it has is no secret.
    let _ = make(libc::SYS_sched_getaffinity, &[pid, bytes, cores_at]);
    let rank = getpriority_process(Some(other)).unwrap_or_default();
    let rank = isize::try_from(rank).unwrap_or_default().cast_unsigned();
    let process = usize::try_from(libc::PRIO_PROCESS).unwrap_or_default();
    vec![
        ("prlimit64", make(libc::SYS_prlimit64, &[pid, 0])),
        (
            "sched_setaffinity",
            make(libc::SYS_sched_setaffinity, &[pid, bytes, cores_at]),
        ),
        (
            "setpriority",
            make(libc::SYS_setpriority, &[process, pid, rank]),
        ),
    ]
}
