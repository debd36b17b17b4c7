//! How the page is drawn. Where no GPU can be used, WebKitGTK still composes the page in OpenGL, and
//! Mesa computes that on the processor: while a reply streamed, the page took a whole core instead
//! of a third of one, and twice the memory (`bench/window`). Told to leave it, it draws straight
//! into the window.

use tauri::WebviewWindow;

/// Leaves OpenGL alone where it would be computed by the processor.
#[cfg(target_os = "linux")]
pub(crate) fn choose(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    if is_gpu_in(std::path::Path::new("/dev/dri")) {
        return Ok(());
    }
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Other systems decide by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose(_window: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// Whether there is a GPU that computes and that this user may use, by its device in this folder.
#[cfg(target_os = "linux")]
fn is_gpu_in(folder: &std::path::Path) -> bool {
    let Ok(devices) = std::fs::read_dir(folder) else {
        return false;
    };
    devices.flatten().any(|device| {
        let is_renderer = device.file_name().to_string_lossy().starts_with("renderD");
        let mut way = std::fs::OpenOptions::new();
        is_renderer && way.read(true).write(true).open(device.path()).is_ok()
    })
}

#[cfg(all(test, target_os = "linux"))]
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
