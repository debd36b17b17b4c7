//! The calls of the page, one line each. `build.rs` lists them again, since Tauri wants their names
//! before there is code.

mod chats;
pub(crate) mod hub;
mod keeping;
mod models;

use app::{App, ChatId, Closing, Network};
use macro_rules_attribute::apply;
use tauri::ipc::{Channel, Invoke};
use tauri::{Runtime, State, WebviewWindow};

use crate::drops::Drops;
use crate::leaving::leave_window;
use crate::safe_mode::FirstPaint;
use crate::streams::Streams;
use crate::wire;

type Answer<T> = Result<T, wire::Failure>;

/// A call of the page. Each is one of these and none is Tauri's bare `command`: that would drop a task which
/// panics, and the page would wait for its answer for ever (`crates/cli/tests/tidy`).
macro_rules! call {
    (
        $(#[$note:meta])*
        $seen:vis async fn $name:ident $(<$kind:ident: $bound:path>)? (
            $($argument:ident: $type:ty),* $(,)?
        ) -> Answer<$told:ty> $body:block
    ) => {
        #[tauri::command]
        $(#[$note])*
        $seen async fn $name $(<$kind: $bound>)? ($($argument: $type),*) -> Answer<$told> {
            app::task::caught(async move $body).await?
        }
    };
}
use call;

/// What answers the page.
pub(crate) fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        watch_app,
        watch_chat,
        watch_drag,
        unwatch,
        chats::send,
        chats::attach,
        chats::detach,
        chats::stop_reading,
        chats::file_text,
        chats::set_letters,
        chats::weigh,
        chats::stop,
        chats::answer_now,
        chats::ask_instead,
        chats::ask_again,
        chats::go_on,
        chats::think_more,
        chats::show_branch,
        chats::set_manner,
        chats::rename_chat,
        chats::pin_chat,
        chats::export_chats,
        chats::set_copy,
        chats::show_copy,
        chats::import_chats,
        chats::stop_import,
        chats::search,
        chats::delete_chat,
        chats::restore_chat,
        chats::set_folder,
        chats::deleted_chats,
        chats::deleted_messages,
        chats::erase_chats,
        chats::remove_message,
        chats::restore_message,
        keeping::set_instructions,
        keeping::save_preset,
        keeping::remove_preset,
        keeping::set_preferences,
        keeping::choose_models_folder,
        keeping::data_view,
        keeping::back_up_now,
        keeping::show_data_folder,
        keeping::crash_reports,
        keeping::delete_crash_report,
        keeping::set_safe_mode,
        chats::save_draft,
        chats::remember_chat,
        models::survey,
        models::fit_model,
        models::set_patience,
        models::unload_model,
        models::choose_model,
        models::browse_model,
        models::download,
        models::pause_download,
        models::resume_download,
        models::cancel_download,
        hub::look_at_hub,
        hub::stop_look,
        hub::download_offer,
        hub::agree_token,
        hub::token_place,
        models::set_network,
        leave,
        models::connections,
        models::removal,
        models::remove_model,
        open_link,
        painted,
    ]
}

#[apply(call)]
async fn watch_app(
    app: State<'_, App>,
    streams: State<'_, Streams>,
    channel: Channel<wire::AppEvent>,
) -> Answer<u32> {
    Ok(streams.forward(app.watch().await?, channel))
}

#[apply(call)]
async fn watch_chat(
    app: State<'_, App>,
    streams: State<'_, Streams>,
    chat: i64,
    channel: Channel<wire::ChatEvent>,
) -> Answer<u32> {
    Ok(streams.forward(app.watch_chat(ChatId(chat)).await?, channel))
}

#[apply(call)]
async fn watch_drag(
    drops: State<'_, Drops>,
    streams: State<'_, Streams>,
    channel: Channel<wire::DragEvent>,
) -> Answer<u32> {
    Ok(streams.forward(drops.watch(), channel))
}

#[apply(call)]
async fn unwatch(streams: State<'_, Streams>, subscription: u32) -> Answer<()> {
    streams.end(subscription);
    Ok(())
}

#[apply(call)]
async fn leave<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    request: wire::LeaveRequest,
) -> Answer<()> {
    let closing = if request.go_on {
        Closing::GoOn
    } else {
        Closing::Stop
    };
    if request.always {
        let network = Network {
            closing,
            ..app.network()
        };
        app.set_network(network).await?;
    }
    leave_window(&window, &app, closing);
    Ok(())
}

#[apply(call)]
async fn open_link(request: wire::LinkRequest) -> Answer<()> {
    Ok(app::open_link(&request.url)?)
}

/// The page stands on the screen.
#[apply(call)]
async fn painted(first: State<'_, FirstPaint>) -> Answer<()> {
    first.painted();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Answer, apply};

    #[apply(call)]
    async fn breaks(at: u32) -> Answer<u32> {
        tokio::task::yield_now().await;
        assert_ne!(at, 3, "a fault in a call");
        Ok(at)
    }

    #[tokio::test]
    async fn a_call_that_panics_is_answered_with_a_failure() {
        assert_eq!(breaks(2).await.unwrap(), 2);
        let told = serde_json::to_value(breaks(3).await.unwrap_err()).unwrap();
        assert_eq!(told["code"], "bug", "{told}");
        let said = told["message"].as_str().unwrap();
        assert!(said.contains("a fault in a call"), "{told}");
    }
}
