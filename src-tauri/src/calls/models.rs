//! Of models: which runs here, which answers, what is downloaded.

use app::{App, Held};
use macro_rules_attribute::apply;
use tauri::State;

use super::{Answer, call};
use crate::wire;
use crate::words::Words;

#[apply(call)]
pub(super) async fn survey(
    app: State<'_, App>,
    request: wire::SurveyRequest,
) -> Answer<wire::Survey> {
    Ok(app.survey(request.again).await?.into())
}

#[apply(call)]
pub(super) async fn fit_model(app: State<'_, App>, request: wire::FitRequest) -> Answer<wire::Fit> {
    let held = Held {
        context: request.context,
        cache: request.kv.map(Into::into),
    };
    let (found, machine) = app.fit_model(&request.id, request.quant, held).await?;
    Ok(wire::fit_of(&found, &machine, app.patience_ms()))
}

#[apply(call)]
pub(super) async fn set_patience(
    app: State<'_, App>,
    request: wire::PatienceRequest,
) -> Answer<()> {
    Ok(app.set_patience(request.patience_ms).await?)
}

#[apply(call)]
pub(super) async fn unload_model(app: State<'_, App>) -> Answer<()> {
    app.unload_model().await;
    Ok(())
}

#[apply(call)]
pub(super) async fn choose_model(app: State<'_, App>, request: wire::ModelRequest) -> Answer<()> {
    let held = request.held.map(held);
    Ok(app.choose_model(&request.model, held).await?)
}

fn held(request: wire::HeldRequest) -> Held {
    Held {
        context: request.context,
        cache: request.kv.map(Into::into),
    }
}

#[apply(call)]
pub(super) async fn browse_model(app: State<'_, App>) -> Answer<()> {
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

#[apply(call)]
pub(super) async fn download(app: State<'_, App>, request: wire::DownloadRequest) -> Answer<()> {
    Ok(app.download(&request.model, &request.quant).await?)
}

#[apply(call)]
pub(super) async fn pause_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.pause_download(&request.key).await?)
}

#[apply(call)]
pub(super) async fn resume_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.resume_download(&request.key).await?)
}

#[apply(call)]
pub(super) async fn cancel_download(app: State<'_, App>, request: wire::DownloadKey) -> Answer<()> {
    Ok(app.cancel_download(&request.key).await?)
}

#[apply(call)]
pub(super) async fn set_network(app: State<'_, App>, request: wire::NetworkRequest) -> Answer<()> {
    Ok(app.set_network(request.network.into()).await?)
}

#[apply(call)]
pub(super) async fn connections(
    app: State<'_, App>,
    request: wire::ConnectionsRequest,
) -> Answer<wire::Connections> {
    Ok(app.connections(request.all).await?.into())
}

#[apply(call)]
pub(super) async fn removal(
    app: State<'_, App>,
    request: wire::DownloadRequest,
) -> Answer<wire::Removal> {
    let found = app.removal(&request.model, &request.quant).await?;
    Ok(found.into())
}

#[apply(call)]
pub(super) async fn remove_model(
    app: State<'_, App>,
    request: wire::DownloadRequest,
) -> Answer<()> {
    Ok(app.remove_model(&request.model, &request.quant).await?)
}
