//! The wall of system calls: seccomp. No network, no program, no new process, no hand on another
//! process or on the kernel; what is refused fails with `EPERM`, so that a library which only tries
//! goes on without.
//!
//! A list of what is forbidden, not of what is allowed: drivers of GPUs make calls that nobody has
//! listed, and a list that fits here would break there. Files are the other wall's affair.

#![expect(
    unsafe_code,
    reason = "the crate that writes filters does not offer the flag that keeps them fast"
)]

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::io;

use rustix::process::getpid;
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
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_mknodat,
    libc::SYS_setxattr,
    libc::SYS_fsetxattr,
    libc::SYS_lsetxattr,
    libc::SYS_removexattr,
    libc::SYS_fremovexattr,
    libc::SYS_lremovexattr,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_mknod,
];

/// Calls of x86-64's second face, whose numbers have this bit and mean the same; and those that
/// have numbers of their own there: `execve`, `ptrace`, `rt_sigqueueinfo`, `rt_tgsigqueueinfo`,
/// `process_vm_readv`, `process_vm_writev`, `execveat` (the kernel's `syscall_64.tbl`). Compiled for
/// the real one, a filter would let them pass.
#[cfg(target_arch = "x86_64")]
const X32: (libc::c_long, &[libc::c_long]) = (0x4000_0000, &[520, 521, 524, 536, 539, 540, 545]);

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
    #[cfg(target_arch = "x86_64")]
    {
        let (face, own_numbers) = X32;
        let twins = rules.clone().into_iter();
        rules.extend(twins.map(|(call, rules)| (face | call, rules)));
        rules.extend(own_numbers.iter().map(|call| (face | call, Vec::new())));
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
