//! The calls of the page, one line each. `build.rs` lists them again, since Tauri wants their names
//! before there is code.

use app::{
    App, AttachmentId, ChatId, Closing, Held, Home, MessageId, Network, Preferences, Tongue,
};
use tauri::ipc::{Channel, Invoke};
use tauri::{Runtime, State, WebviewWindow};

use crate::drops::Drops;
use crate::leaving::leave_window;
use crate::safe_mode::{self, FirstPaint};
use crate::streams::Streams;
use crate::theme::wear;
use crate::wire;
use crate::words::{Words, language};

type Answer<T> = Result<T, wire::Failure>;

/// What answers the page.
pub(crate) fn all<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        watch_app,
        watch_chat,
        watch_drag,
        unwatch,
        send,
        attach,
        detach,
        stop_reading,
        file_text,
        weigh,
        stop,
        answer_now,
        ask_instead,
        ask_again,
        go_on,
        think_more,
        show_branch,
        set_manner,
        rename_chat,
        pin_chat,
        export_chats,
        import_chats,
        search,
        delete_chat,
        restore_chat,
        set_folder,
        deleted_chats,
        erase_chats,
        remove_message,
        restore_message,
        set_instructions,
        save_preset,
        remove_preset,
        set_preferences,
        choose_models_folder,
        data_view,
        back_up_now,
        show_data_folder,
        crash_reports,
        delete_crash_report,
        set_safe_mode,
        save_draft,
        remember_chat,
        survey,
        fit_model,
        set_patience,
        unload_model,
        choose_model,
        browse_model,
        download,
        pause_download,
        resume_download,
        cancel_download,
        set_network,
        leave,
        connections,
        removal,
        remove_model,
        open_link,
        painted,
    ]
}

#[tauri::command]
async fn watch_app(
    app: State<'_, App>,
    streams: State<'_, Streams>,
    channel: Channel<wire::AppEvent>,
) -> Answer<u32> {
    Ok(streams.forward(app.watch().await?, channel))
}

#[tauri::command]
async fn watch_chat(
    app: State<'_, App>,
    streams: State<'_, Streams>,
    chat: i64,
    channel: Channel<wire::ChatEvent>,
) -> Answer<u32> {
    Ok(streams.forward(app.watch_chat(ChatId(chat)).await?, channel))
}

#[tauri::command]
async fn watch_drag(
    drops: State<'_, Drops>,
    streams: State<'_, Streams>,
    channel: Channel<wire::DragEvent>,
) -> Answer<u32> {
    Ok(streams.forward(drops.watch(), channel))
}

#[tauri::command]
async fn unwatch(streams: State<'_, Streams>, subscription: u32) -> Answer<()> {
    streams.end(subscription);
    Ok(())
}

#[tauri::command]
async fn send(app: State<'_, App>, request: wire::SendRequest) -> Answer<wire::SendResponse> {
    let ChatId(chat) = app
        .send(
            request.chat.map(ChatId),
            wire::asked(request.text, request.files),
            None,
        )
        .await?;
    Ok(wire::SendResponse { chat })
}

/// Puts files to a draft: those of a drop, else those that are chosen now. Resolves when all are
/// read, also where nobody chose.
#[tauri::command]
async fn attach(
    app: State<'_, App>,
    drops: State<'_, Drops>,
    request: wire::AttachRequest,
) -> Answer<()> {
    let paths = if let Some(number) = request.dropped {
        drops.take(number)
    } else {
        let dialog = rfd::AsyncFileDialog::new().set_title(Words::AttachTitle.said(&app));
        let chosen = dialog.pick_files().await.unwrap_or_default();
        chosen.iter().map(|file| file.path().to_owned()).collect()
    };
    app.attach(request.chat.map(ChatId), paths).await?;
    Ok(())
}

#[tauri::command]
async fn detach(app: State<'_, App>, request: wire::FileRequest) -> Answer<()> {
    Ok(app.detach(AttachmentId(request.file)).await?)
}

#[tauri::command]
async fn stop_reading(app: State<'_, App>, request: wire::ReadingRequest) -> Answer<()> {
    app.stop_reading(request.number);
    Ok(())
}

#[tauri::command]
async fn file_text(app: State<'_, App>, request: wire::FileRequest) -> Answer<wire::FileText> {
    Ok(app.attached(AttachmentId(request.file)).await?.into())
}

#[tauri::command]
async fn weigh(app: State<'_, App>, request: wire::WeighRequest) -> Answer<wire::Weight> {
    let weighed = app.weigh(request.place(), request.asked(), None);
    Ok(weighed.await?.into())
}

#[tauri::command]
async fn stop(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    app.stop(ChatId(request.chat));
    Ok(())
}

#[tauri::command]
async fn answer_now(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    app.answer_now(ChatId(request.chat));
    Ok(())
}

#[tauri::command]
async fn ask_instead(app: State<'_, App>, request: wire::InsteadRequest) -> Answer<()> {
    let of = MessageId(request.message);
    let asked = wire::asked(request.text, request.files);
    Ok(app.ask_instead(of, asked).await?)
}

#[tauri::command]
async fn ask_again(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.ask_again(MessageId(request.message)).await?)
}

#[tauri::command]
async fn go_on(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.go_on(MessageId(request.message)).await?)
}

#[tauri::command]
async fn think_more(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.think_more(MessageId(request.message)).await?)
}

#[tauri::command]
async fn show_branch(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.show_branch(MessageId(request.message)).await?)
}

#[tauri::command]
async fn set_manner(app: State<'_, App>, request: wire::MannerRequest) -> Answer<()> {
    let chat = request.chat.map(ChatId);
    Ok(app.set_manner(chat, request.manner.into()).await?)
}

#[tauri::command]
async fn rename_chat(app: State<'_, App>, request: wire::RenameRequest) -> Answer<()> {
    Ok(app.rename(ChatId(request.chat), &request.title).await?)
}

/// Asks where to, and writes the file there; nothing where nobody chose.
#[tauri::command]
async fn export_chats(app: State<'_, App>, request: wire::ExportRequest) -> Answer<()> {
    let chosen = rfd::AsyncFileDialog::new()
        .set_title(Words::SaveTitle.said(&app))
        .set_file_name(request.name)
        .add_filter(Words::SaveMarkdown.said(&app), &["md"])
        .add_filter(Words::SavePage.said(&app), &["html"])
        .add_filter(Words::SaveJson.said(&app), &["json"])
        .save_file()
        .await;
    let Some(file) = chosen else { return Ok(()) };
    let chat = request.chat.map(ChatId);
    let tongue = Tongue::of(language(&app));
    Ok(app.export(chat, file.path(), true, tongue).await?)
}

/// Asks for a file, and takes its chats in; how many, 0 where nobody chose.
#[tauri::command]
async fn import_chats(app: State<'_, App>) -> Answer<usize> {
    let chosen = rfd::AsyncFileDialog::new()
        .set_title(Words::TakeInTitle.said(&app))
        .add_filter(Words::TakeInKind.said(&app), &["json"])
        .pick_file()
        .await;
    match chosen {
        Some(file) => Ok(app.take_in(file.path()).await?.len()),
        None => Ok(0),
    }
}

#[tauri::command]
async fn pin_chat(app: State<'_, App>, request: wire::PinRequest) -> Answer<()> {
    Ok(app.pin(ChatId(request.chat), request.pinned).await?)
}

#[tauri::command]
async fn search(app: State<'_, App>, request: wire::SearchRequest) -> Answer<Vec<wire::Hit>> {
    let found = app.search(&request.query).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

#[tauri::command]
async fn delete_chat(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    Ok(app.delete(ChatId(request.chat)).await?)
}

#[tauri::command]
async fn restore_chat(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    Ok(app.restore(ChatId(request.chat)).await?)
}

#[tauri::command]
async fn set_folder(app: State<'_, App>, request: wire::FolderRequest) -> Answer<()> {
    Ok(app.set_folder(ChatId(request.chat), request.folder).await?)
}

#[tauri::command]
async fn deleted_chats(app: State<'_, App>) -> Answer<Vec<wire::DeletedChat>> {
    let rows = app.deleted().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[tauri::command]
async fn erase_chats(app: State<'_, App>, request: wire::EraseRequest) -> Answer<()> {
    let chats = request.chats.into_iter().map(ChatId).collect();
    Ok(app.erase(chats).await?)
}

#[tauri::command]
async fn remove_message(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.remove_message(MessageId(request.message)).await?)
}

#[tauri::command]
async fn restore_message(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.restore_message(MessageId(request.message)).await?)
}

#[tauri::command]
async fn set_instructions(app: State<'_, App>, request: wire::InstructionsRequest) -> Answer<()> {
    let chat = request.chat.map(ChatId);
    Ok(app.set_instructions(chat, &request.text).await?)
}

#[tauri::command]
async fn save_preset(app: State<'_, App>, request: wire::PresetRequest) -> Answer<()> {
    Ok(app.save_preset(request.preset.into()).await?)
}

#[tauri::command]
async fn remove_preset(app: State<'_, App>, request: wire::PresetName) -> Answer<()> {
    Ok(app.remove_preset(&request.name).await?)
}

#[tauri::command]
async fn set_preferences<R: Runtime>(
    app: State<'_, App>,
    window: WebviewWindow<R>,
    request: wire::PreferencesRequest,
) -> Answer<()> {
    let set: Preferences = request.preferences.into();
    let theme = set.theme;
    app.set_preferences(set).await?;
    wear(&window, theme);
    Ok(())
}

/// The system's folder dialog, then the setting; nothing where nobody chose.
#[tauri::command]
async fn choose_models_folder(app: State<'_, App>) -> Answer<()> {
    let chosen = rfd::AsyncFileDialog::new()
        .set_title(Words::ModelsFolder.said(&app))
        .pick_folder()
        .await;
    let Some(folder) = chosen else { return Ok(()) };
    let set = Preferences {
        models: Some(folder.path().to_owned()),
        ..app.preferences()
    };
    Ok(app.set_preferences(set).await?)
}

#[tauri::command]
async fn data_view(app: State<'_, App>, home: State<'_, Home>) -> Answer<wire::DataView> {
    Ok(wire::DataView::of(
        app.data().await?,
        safe_mode::drawing(&home),
    ))
}

#[tauri::command]
async fn set_safe_mode(home: State<'_, Home>, request: wire::SafeModeRequest) -> Answer<()> {
    Ok(safe_mode::choose(&home, request.safe)?)
}

#[tauri::command]
async fn back_up_now(app: State<'_, App>) -> Answer<()> {
    Ok(app.back_up_now().await?)
}

#[tauri::command]
async fn show_data_folder(app: State<'_, App>) -> Answer<()> {
    Ok(app.show_data_folder().await?)
}

#[tauri::command]
async fn crash_reports(app: State<'_, App>) -> Answer<Vec<wire::CrashReport>> {
    let reports = app.crash_reports().await?.into_iter();
    Ok(reports.map(Into::into).collect())
}

#[tauri::command]
async fn delete_crash_report(app: State<'_, App>, request: wire::CrashReportName) -> Answer<()> {
    Ok(app.delete_crash_report(&request.name).await?)
}

#[tauri::command]
async fn save_draft(app: State<'_, App>, request: wire::DraftRequest) -> Answer<()> {
    Ok(app
        .save_draft(request.chat.map(ChatId), &request.text)
        .await?)
}

#[tauri::command]
async fn remember_chat(app: State<'_, App>, request: wire::RememberRequest) -> Answer<()> {
    Ok(app.remember_chat(request.chat.map(ChatId)).await?)
}

#[tauri::command]
async fn survey(app: State<'_, App>, request: wire::SurveyRequest) -> Answer<wire::Survey> {
    Ok(app.survey(request.again).await?.into())
}

#[tauri::command]
async fn fit_model(app: State<'_, App>, request: wire::FitRequest) -> Answer<wire::Fit> {
    let held = Held {
        context: request.context,
        cache: request.kv.map(Into::into),
    };
    let (found, machine) = app.fit_model(&request.id, request.quant, held).await?;
    Ok(wire::fit_of(&found, &machine))
}

#[tauri::command]
async fn set_patience(app: State<'_, App>, request: wire::PatienceRequest) -> Answer<()> {
    Ok(app.set_patience(request.patience_ms).await?)
}

#[tauri::command]
async fn unload_model(app: State<'_, App>) -> Answer<()> {
    app.unload_model().await;
    Ok(())
}

#[tauri::command]
async fn choose_model(app: State<'_, App>, request: wire::ModelRequest) -> Answer<()> {
    let held = request.held.map(held);
    Ok(app.choose_model(&request.model, held).await?)
}

fn held(request: wire::HeldRequest) -> Held {
    Held {
        context: request.context,
        cache: request.kv.map(Into::into),
    }
}

#[tauri::command]
async fn browse_model(app: State<'_, App>) -> Answer<()> {
    let chosen = rfd::AsyncFileDialog::new()
        .set_title(Words::OpenModel.said(&app))
        .add_filter(Words::ModelKind.said(&app), &["gguf"])
        .pick_file()
        .await;
    match chosen {
        Some(file) => Ok(app
            .choose_model(&file.path().to_string_lossy(), None)
            .await?),
        None => Ok(()),
    }
}

#[tauri::command]
async fn download(app: State<'_, App>, request: wire::DownloadRequest) -> Answer<()> {
    Ok(app.download(&request.model, &request.quant).await?)
}

#[tauri::command]
async fn pause_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.pause_download(&request.key).await?)
}

#[tauri::command]
async fn resume_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.resume_download(&request.key).await?)
}

#[tauri::command]
async fn cancel_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.cancel_download(&request.key).await?)
}

#[tauri::command]
async fn set_network(app: State<'_, App>, request: wire::NetworkRequest) -> Answer<()> {
    Ok(app.set_network(request.network.into()).await?)
}

#[tauri::command]
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

#[tauri::command]
async fn connections(app: State<'_, App>) -> Answer<Vec<wire::Connection>> {
    let told = app.connections().await?;
    Ok(told.into_iter().map(Into::into).collect())
}

#[tauri::command]
async fn removal(app: State<'_, App>, request: wire::DownloadRequest) -> Answer<wire::Removal> {
    let found = app.removal(&request.model, &request.quant).await?;
    Ok(found.into())
}

#[tauri::command]
async fn remove_model(app: State<'_, App>, request: wire::DownloadRequest) -> Answer<()> {
    Ok(app.remove_model(&request.model, &request.quant).await?)
}

#[tauri::command]
async fn open_link(request: wire::LinkRequest) -> Answer<()> {
    Ok(app::open_link(&request.url)?)
}

/// The page stands on the screen.
#[tauri::command]
async fn painted(first: State<'_, FirstPaint>) -> Answer<()> {
    first.painted();
    Ok(())
}
