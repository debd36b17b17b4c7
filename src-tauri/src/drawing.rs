//! How the page is drawn, which WebKitGTK is told by variables before it starts: it takes a setting of the web view too,
//! but once the page began to load, the mouse wheel is lost on it.
//!
//! Where no GPU can be used, WebKitGTK still composes the page in OpenGL, and Mesa computes that on the processor: while
//! a reply streamed, the page took a whole core instead of a third of one, and twice the memory (`bench/window`). Told to
//! leave it, it draws straight into the window.
//!
//! A program may not change its own environment safely. So it executes itself anew in its own place: the number of
//! the process stays, so does whoever waits for it, and there never are two of them. The variables are this program's
//! alone (`app::add_variables`): a browser that it opens does not get them.

#[cfg(target_os = "linux")]
pub(crate) use linux::{COMPOSING, become_itself, begin, has_gpu};

/// Other systems decide by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn begin() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsString;
    use std::fs::OpenOptions;
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    use app::add_variables;

    use crate::window::complain;

    /// Has WebKit compose nothing in OpenGL.
    pub(crate) const COMPOSING: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";

    /// Leaves OpenGL alone where it would be computed by the processor, unless somebody has decided on it already.
    /// Before anything of the toolkit.
    pub(crate) fn begin() {
        if has_gpu() || std::env::var_os(COMPOSING).is_some() {
            return;
        }
        let failed = become_itself(std::env::args_os().skip(1), &[(COMPOSING, "1")]);
        complain(&format!(
            "the page is drawn as if there were a GPU: {failed}"
        ));
    }

    /// Whether there is a GPU that computes and that this user may use.
    pub(crate) fn has_gpu() -> bool {
        is_gpu_in(Path::new("/dev/dri"))
    }

    /// Executes this program anew in its own place, with these arguments and variables. Comes back only where that
    /// fails.
    pub(crate) fn become_itself(
        arguments: impl Iterator<Item = OsString>,
        variables: &[(&str, &str)],
    ) -> io::Error {
        let program = match std::env::current_exe() {
            Ok(program) => program,
            Err(error) => return error,
        };
        let mut command = Command::new(program);
        command.args(arguments);
        add_variables(&mut command, variables);
        command.exec()
    }

    /// Whether this folder holds a device that renders and can be opened.
    fn is_gpu_in(folder: &Path) -> bool {
        let Ok(devices) = std::fs::read_dir(folder) else {
            return false;
        };
        devices.flatten().any(|device| {
            let is_renderer = device.file_name().to_string_lossy().starts_with("renderD");
            let mut way = OpenOptions::new();
            is_renderer && way.read(true).write(true).open(device.path()).is_ok()
        })
    }

    #[cfg(test)]
    mod tests {
        use super::is_gpu_in;

        #[test]
        fn a_gpu_is_a_device_that_computes_and_can_be_opened() {
            let folder = tempfile::tempdir().unwrap();
            assert!(!is_gpu_in(&folder.path().join("dri")), "no folder");
            std::fs::write(folder.path().join("card0"), "").unwrap();
            assert!(!is_gpu_in(folder.path()), "a screen alone");
            std::fs::write(folder.path().join("renderD128"), "").unwrap();
            assert!(is_gpu_in(folder.path()));
        }
    }
}
