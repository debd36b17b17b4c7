//! Safe mode: on some Linux GPUs WebKitGTK shows a blank window. When the page was not painted in
//! time, the program saves every word, becomes itself again with the GPU left alone, and remembers
//! that in the data folder (`app::SafeMode`) until WebKit or the driver is another one.
//!
//! How WebKit is made to leave the GPU alone: `drawing`.
//!
//! What this does not see: a page that WebKit takes for painted and the screen does not show. For
//! that there are the settings, where a part of the window can be seen, and `SPUD_SAFE_MODE=on`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How far the window's page came. Shared with whoever waits for it.
#[derive(Clone, Default)]
pub(crate) struct FirstPaint(Arc<Steps>);

#[derive(Default)]
#[cfg_attr(
    not(target_os = "linux"),
    allow(dead_code, reason = "nobody waits for a paint there")
)]
struct Steps {
    loaded: AtomicBool,
    painted: AtomicBool,
    /// The program that draws has ended.
    ended: AtomicBool,
    /// At the end the program becomes itself again in safe mode.
    again: AtomicBool,
}

impl FirstPaint {
    /// The page was loaded, and its scripts ran.
    pub(crate) fn loaded(&self) {
        self.0.loaded.store(true, Ordering::Relaxed);
    }

    /// The page was painted.
    pub(crate) fn painted(&self) {
        self.0.painted.store(true, Ordering::Relaxed);
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::{begin, choose, drawing, end, guard};

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsString;
    use std::path::Path;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use app::{Failure, Home, SAFE_MODE_VARIABLE, SafeMode, is_added};
    use tauri::{AppHandle, Manager, WebviewWindow};
    use webkit2gtk::WebViewExt;

    use super::FirstPaint;
    use crate::drawing::{COMPOSING, become_itself, has_gpu};
    use crate::starts::Starts;
    use crate::tasks;
    use crate::window::complain;
    use crate::wire::Drawing;

    /// What WebKit is told before it starts: no buffers shared with the GPU, no composing on it.
    const SOFTWARE: [&str; 2] = ["WEBKIT_DISABLE_DMABUF_RENDERER", COMPOSING];

    /// Why it is on where a person chose it.
    const CHOSEN: &str = "somebody chose it in the settings";

    /// Looks at the window, a second apart, that a page may take to load. On the slowest machine and
    /// a cold disk that is a few seconds; the rest is for a machine that swaps. A second in which this
    /// program was held, or the machine slept, counts as one.
    const LOADING: u32 = 60;

    /// Looks for two frames once the page was loaded. What is slow lies behind it then (programs,
    /// libraries, the page itself), and a frame takes a tenth of a second even where the processor
    /// draws. So a slow machine is not mistaken, and nobody looks at a blank window for a minute.
    const PAINTING: u32 = 20;

    /// For what was typed into a page that nobody saw to come to disk, before its program ends.
    const LAST_WORDS: Duration = Duration::from_millis(500);

    /// Becomes itself in safe mode where that is wanted or remembered. First of all in `main`.
    pub(crate) fn begin() {
        let wanted = std::env::var(SAFE_MODE_VARIABLE).unwrap_or_default();
        let is_safe = match wanted.as_str() {
            "on" => true,
            "off" => false,
            _ => Home::find().is_ok_and(|home| is_remembered(&home)),
        };
        if is_safe && !is_on() {
            become_safe(std::env::args_os().skip(1));
        }
    }

    /// Whether safe mode is remembered for what draws here now; what was drawn by something else is
    /// forgotten.
    fn is_remembered(home: &Home) -> bool {
        let Some(safe) = SafeMode::of(home) else {
            return false;
        };
        let is_same = safe.webkit == webkit() && safe.driver == driver(Path::new("/"));
        let counts = safe.chosen || is_same;
        if !counts {
            SafeMode::forget(home);
        }
        counts
    }

    /// Whether this is safe mode.
    fn is_on() -> bool {
        let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
        is(SAFE_MODE_VARIABLE, "on") && SOFTWARE.iter().all(|name| is(name, "1"))
    }

    /// How the window is drawn, now and from the next start on.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "on other systems nothing is to choose"
    )]
    pub(crate) fn drawing(home: &Home) -> Option<Drawing> {
        let kept = SafeMode::of(home);
        Some(Drawing {
            safe: is_on(),
            next: kept.is_some(),
            chosen: kept.is_some_and(|kept| kept.chosen),
            gpu: has_gpu(),
            set_outside: std::env::var_os(SAFE_MODE_VARIABLE)
                .is_some_and(|set| set == "on" || set == "off")
                && !is_added(SAFE_MODE_VARIABLE),
        })
    }

    /// Has the next start draw in safe mode, or with the GPU.
    pub(crate) fn choose(home: &Home, safe: bool) -> Result<(), Failure> {
        if !safe {
            SafeMode::forget(home);
            return Ok(());
        }
        SafeMode {
            reason: CHOSEN.to_owned(),
            webkit: webkit(),
            driver: driver(Path::new("/")),
            painted: is_on(),
            chosen: true,
        }
        .keep(home)
    }

    /// Becomes itself in safe mode, with these arguments. Comes back only where that fails; the window is opened as usual
    /// then.
    fn become_safe(arguments: impl Iterator<Item = OsString>) {
        let [buffers, composing] = SOFTWARE.map(|name| (name, "1"));
        let variables = [(SAFE_MODE_VARIABLE, "on"), buffers, composing];
        let failed = become_itself(arguments, &variables);
        complain(&format!(
            "cannot start again in safe mode: {failed}. Start it with {SAFE_MODE_VARIABLE}=on."
        ));
    }

    /// Watches over the first paint of this window. In safe mode, and where that is switched off, it
    /// only notes what came of it.
    pub(crate) fn guard(window: &WebviewWindow, home: Home) -> tauri::Result<()> {
        let first = window.state::<FirstPaint>().inner().clone();
        let ended = first.clone();
        window.with_webview(move |view| {
            view.inner().connect_web_process_terminated(move |_, _| {
                ended.0.ended.store(true, Ordering::Relaxed);
            });
        })?;
        let window = window.clone();
        let shell = window.app_handle().clone();
        tasks::begin(&shell, async move {
            let blank = blank(&window, &first).await;
            let is_off = std::env::var(SAFE_MODE_VARIABLE).is_ok_and(|set| set == "off");
            match blank {
                None if is_off => SafeMode::forget(&home),
                None if is_on() => note_paint(&home),
                None => {}
                Some(reason) if is_on() || is_off => {
                    complain(&format!("the window is blank: {reason}"));
                }
                Some(reason) => start_again(&window, &first, &home, reason).await,
            }
        });
        Ok(())
    }

    /// Waits for the first paint; else says why there is none.
    async fn blank(window: &WebviewWindow, first: &FirstPaint) -> Option<&'static str> {
        let (mut loading, mut painting) = (0, 0);
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if first.0.painted.load(Ordering::Relaxed) {
                return None;
            }
            if first.0.ended.load(Ordering::Relaxed) {
                return Some("WebKit's program that draws the page ended before it was painted");
            }
            // Nothing is painted for a window that nobody sees.
            if window.is_minimized().unwrap_or(false) || !window.is_visible().unwrap_or(true) {
                continue;
            }
            if first.0.loaded.load(Ordering::Relaxed) {
                painting += 1;
            } else {
                loading += 1;
            }
            if painting >= PAINTING {
                return Some("the page was loaded and not painted");
            }
            if loading >= LOADING {
                return Some("the page was not loaded");
            }
        }
    }

    /// Remembers why, and leaves as the end of a session does; [`end`] does the rest.
    async fn start_again(
        window: &WebviewWindow,
        first: &FirstPaint,
        home: &Home,
        reason: &'static str,
    ) {
        complain(&format!(
            "the window is blank: {reason}. It opens again in safe mode, without the GPU."
        ));
        let safe = SafeMode {
            reason: reason.to_owned(),
            webkit: webkit(),
            driver: driver(Path::new("/")),
            painted: false,
            chosen: false,
        };
        if let Err(failure) = safe.keep(home) {
            // It happens again at the next start then.
            complain(&failure.message);
        }
        // The page keeps its draft when it goes, if it lives.
        let _ = window.eval("dispatchEvent(new Event('pagehide'))");
        tokio::time::sleep(LAST_WORDS).await;
        first.0.again.store(true, Ordering::Relaxed);
        // One that hangs in a driver would outlive its window.
        let _ = window.with_webview(|view| view.inner().terminate_web_process());
        window.app_handle().exit(0);
    }

    /// Safe mode works: `spud doctor` may say so.
    fn note_paint(home: &Home) {
        if let Some(mut safe) = SafeMode::of(home)
            && !safe.painted
        {
            safe.painted = true;
            if let Err(failure) = safe.keep(home) {
                complain(&failure.message);
            }
        }
    }

    /// The last of the program: it becomes itself in safe mode where that was found to be needed. What
    /// it was given and has opened, it is not given again.
    pub(crate) fn end(shell: &AppHandle) {
        if shell.state::<FirstPaint>().0.again.load(Ordering::Relaxed) {
            let left = shell.state::<Starts>().left();
            become_safe(left.into_iter().map(OsString::from));
        }
    }

    fn webkit() -> String {
        tauri::webview_version().unwrap_or_default()
    }

    /// What draws below this root: the kernel's driver of each screen with its version where it has
    /// one of its own, Mesa where its library carries its version, and the kernel.
    fn driver(root: &Path) -> String {
        let mut parts = Vec::new();
        for card in names(&root.join("sys/class/drm"), "card", "") {
            let device = root.join("sys/class/drm").join(card).join("device/driver");
            let Ok(module) = std::fs::canonicalize(device) else {
                continue;
            };
            let name = module.file_name().unwrap_or_default().to_string_lossy();
            let version = root.join("sys/module").join(&*name).join("version");
            let version = std::fs::read_to_string(version).unwrap_or_default();
            parts.push(format!("{name} {}", version.trim()).trim().to_owned());
        }
        for folder in [
            "usr/lib/x86_64-linux-gnu",
            "usr/lib/aarch64-linux-gnu",
            "usr/lib64",
            "usr/lib",
        ] {
            parts.extend(names(&root.join(folder), "libgallium-", ".so"));
        }
        let kernel = std::fs::read_to_string(root.join("proc/sys/kernel/osrelease"));
        parts.push(format!("Linux {}", kernel.unwrap_or_default().trim()));
        parts.dedup();
        parts.join(", ")
    }

    /// What is in a folder by the ends of its name, in order.
    fn names(folder: &Path, begin: &str, end: &str) -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(begin) && name.ends_with(end))
            .collect();
        names.sort();
        names
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::symlink;

        use super::driver;

        #[test]
        fn an_update_of_what_draws_is_another_driver() {
            let root = tempfile::tempdir().unwrap();
            let at = |path: &str| root.path().join(path);
            let put = |path: &str, text: &str| {
                std::fs::create_dir_all(at(path).parent().unwrap()).unwrap();
                std::fs::write(at(path), text).unwrap();
            };
            put("proc/sys/kernel/osrelease", "6.1.0-40-amd64\n");
            assert_eq!(driver(root.path()), "Linux 6.1.0-40-amd64");
            std::fs::create_dir_all(at("sys/bus/nvidia")).unwrap();
            put("sys/class/drm/card0/device/vendor", "0x10de\n");
            symlink(
                at("sys/bus/nvidia"),
                at("sys/class/drm/card0/device/driver"),
            )
            .unwrap();
            put("sys/module/nvidia/version", "550.54.14\n");
            put("usr/lib64/libgallium-25.0.7.so", "");
            assert_eq!(
                driver(root.path()),
                "nvidia 550.54.14, libgallium-25.0.7.so, Linux 6.1.0-40-amd64"
            );
        }
    }
}

/// Other systems draw by their own web views, which are not known for blank windows.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    /// Nothing is to be done.
    pub(crate) fn begin() {}

    /// Nothing is watched.
    #[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
    pub(crate) fn guard(_window: &tauri::WebviewWindow, _home: app::Home) -> tauri::Result<()> {
        Ok(())
    }

    /// Nothing is told.
    pub(crate) fn drawing(_home: &app::Home) -> Option<crate::wire::Drawing> {
        None
    }

    /// Nothing is chosen.
    #[allow(clippy::unnecessary_wraps, reason = "as on Linux")]
    pub(crate) fn choose(_home: &app::Home, _safe: bool) -> Result<(), app::Failure> {
        Ok(())
    }

    /// Nothing follows.
    pub(crate) fn end(_shell: &tauri::AppHandle) {}
}

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{begin, choose, drawing, end, guard};
