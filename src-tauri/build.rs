//! Declares the calls of the page, so that each needs a permission of its own and nothing else is
//! callable, and rebuilds the window when the page was built anew.

/// Every call of the page; `capabilities/window.json` allows them one by one.
const CALLS: &[&str] = &[
    "watch_app",
    "watch_chat",
    "watch_drag",
    "unwatch",
    "send",
    "attach",
    "detach",
    "stop_reading",
    "file_text",
    "weigh",
    "stop",
    "answer_now",
    "ask_instead",
    "ask_again",
    "go_on",
    "think_more",
    "show_branch",
    "set_manner",
    "rename_chat",
    "pin_chat",
    "export_chats",
    "import_chats",
    "search",
    "delete_chat",
    "restore_chat",
    "set_folder",
    "deleted_chats",
    "erase_chats",
    "remove_message",
    "restore_message",
    "set_instructions",
    "save_preset",
    "remove_preset",
    "set_preferences",
    "choose_models_folder",
    "data_view",
    "back_up_now",
    "show_data_folder",
    "save_draft",
    "remember_chat",
    "survey",
    "fit_model",
    "set_patience",
    "unload_model",
    "choose_model",
    "browse_model",
    "download",
    "pause_download",
    "resume_download",
    "cancel_download",
    "set_network",
    "leave",
    "connections",
    "removal",
    "remove_model",
    "open_link",
];

fn main() {
    println!("cargo::rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(CALLS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the window's configuration holds");
}
