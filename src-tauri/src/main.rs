//! `spud-desktop`: the window. The only package that knows Tauri, and thin: every call of the page
//! is one line into the app, every event of the app one line out.

// No console window beside ours on Windows.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod calls;
mod coming;
mod copies;
mod drawing;
mod drops;
mod leaving;
mod menu;
mod notices;
mod place;
mod safe_mode;
#[cfg(target_os = "linux")]
mod scheme;
mod starts;
mod streams;
mod tasks;
mod theme;
mod window;
mod wire;
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(status) = app::reading::become_reader() {
        return status;
    }
    if let Some(status) = app::become_opener() {
        return status;
    }
    safe_mode::begin();
    drawing::begin();
    match window::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            window::complain(&why);
            ExitCode::FAILURE
        }
    }
}
