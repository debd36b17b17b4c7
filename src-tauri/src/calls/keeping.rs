//! Of what is set once and kept: instructions, preferences, the data folder, reports.

use app::{App, ChatId, Home, Preferences};
use macro_rules_attribute::apply;
use tauri::{Runtime, State, WebviewWindow};

use super::{Answer, call};
use crate::safe_mode;
use crate::theme::wear;
use crate::wire;
use crate::words::Words;

#[apply(call)]
pub(super) async fn set_instructions(
    app: State<'_, App>,
    request: wire::InstructionsRequest,
) -> Answer<()> {
    let chat = request.chat.map(ChatId);
    Ok(app.set_instructions(chat, &request.text).await?)
}

#[apply(call)]
pub(super) async fn save_preset(app: State<'_, App>, request: wire::PresetRequest) -> Answer<()> {
    Ok(app.save_preset(request.preset.into()).await?)
}

#[apply(call)]
pub(super) async fn remove_preset(app: State<'_, App>, request: wire::PresetName) -> Answer<()> {
    Ok(app.remove_preset(&request.name).await?)
}

#[apply(call)]
pub(super) async fn set_preferences<R: Runtime>(
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
#[apply(call)]
pub(super) async fn choose_models_folder(app: State<'_, App>) -> Answer<()> {
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

#[apply(call)]
pub(super) async fn data_view(
    app: State<'_, App>,
    home: State<'_, Home>,
) -> Answer<wire::DataView> {
    Ok(wire::DataView::of(
        app.data().await?,
        safe_mode::drawing(&home),
    ))
}

#[apply(call)]
pub(super) async fn set_safe_mode(
    home: State<'_, Home>,
    request: wire::SafeModeRequest,
) -> Answer<()> {
    Ok(safe_mode::choose(&home, request.safe)?)
}

#[apply(call)]
pub(super) async fn back_up_now(app: State<'_, App>) -> Answer<()> {
    Ok(app.back_up_now().await?)
}

#[apply(call)]
pub(super) async fn show_data_folder(app: State<'_, App>) -> Answer<()> {
    Ok(app.show_data_folder().await?)
}

#[apply(call)]
pub(super) async fn crash_reports(app: State<'_, App>) -> Answer<Vec<wire::CrashReport>> {
    let reports = app.crash_reports().await?.into_iter();
    Ok(reports.map(Into::into).collect())
}

#[apply(call)]
pub(super) async fn delete_crash_report(
    app: State<'_, App>,
    request: wire::CrashReportName,
) -> Answer<()> {
    Ok(app.delete_crash_report(&request.name).await?)
}
