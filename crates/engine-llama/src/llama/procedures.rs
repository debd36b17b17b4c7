//! Functions that a backend has besides those that all have, found by their names.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;

use llama_cpp_sys_2 as sys;

/// Sets how many threads a backend computes with; false where it has no such setting.
///
/// # Safety
/// The device is one of ggml's, and the backend was made of it.
pub(crate) unsafe fn set_threads(
    device: sys::ggml_backend_dev_t,
    backend: sys::ggml_backend_t,
    threads: u32,
) -> bool {
    type SetThreads = unsafe extern "C" fn(sys::ggml_backend_t, i32);
    // SAFETY: the function behind this name has this type (`ggml-backend.h`,
    // `ggml_backend_set_n_threads_t`).
    unsafe {
        let Some(set) = find(device, c"ggml_backend_set_n_threads") else {
            return false;
        };
        let threads = i32::try_from(threads.max(1)).unwrap_or(i32::MAX);
        std::mem::transmute::<NonNull<c_void>, SetThreads>(set)(backend, threads);
        true
    }
}

/// The function of this name.
///
/// # Safety
/// The device is one of ggml's.
pub(crate) unsafe fn find(device: sys::ggml_backend_dev_t, name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: the registry of a device lives as long as it.
    let found = unsafe {
        let registry = sys::ggml_backend_dev_backend_reg(device);
        sys::ggml_backend_reg_get_proc_address(registry, name.as_ptr())
    };
    NonNull::new(found)
}
