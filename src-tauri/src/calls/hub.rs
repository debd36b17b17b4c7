//! Of models of a hub: looking at a repository, downloading one of its models, and a token for one that is
//! not open to everybody.

use std::sync::{Mutex, PoisonError};

use app::stop::{Stopper, stop};
use app::{Agreement, App};
use macro_rules_attribute::apply;
use tauri::State;

use super::{Answer, call};
use crate::wire;

/// The look that is under way: a newer one, or whoever asks, ends it.
#[derive(Default)]
pub(crate) struct Looks(Mutex<Option<Stopper>>);

impl Looks {
    fn replace(&self, next: Option<Stopper>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *now, next) {
            before.stop();
        }
    }
}

#[apply(call)]
pub(super) async fn look_at_hub(
    app: State<'_, App>,
    looks: State<'_, Looks>,
    request: wire::HubRequest,
) -> Answer<wire::HubView> {
    let (stopper, stop) = stop();
    looks.replace(Some(stopper));
    let (found, machine) = app.at_hub(&request.typed, stop).await?;
    Ok(wire::HubView::of(found, &machine, app.patience_ms()))
}

#[apply(call)]
pub(super) async fn stop_look(looks: State<'_, Looks>) -> Answer<()> {
    looks.replace(None);
    Ok(())
}

#[apply(call)]
pub(super) async fn download_offer(app: State<'_, App>, request: wire::OfferRequest) -> Answer<()> {
    let wire::OfferRequest { id, quant, bytes } = request;
    Ok(app.download_offer(&id, &quant, bytes).await?)
}

#[apply(call)]
pub(super) async fn agree_token(
    app: State<'_, App>,
    request: wire::AgreementRequest,
) -> Answer<()> {
    let wire::AgreementRequest { host, repository } = request;
    Ok(app.agree(Agreement { host, repository }).await?)
}

#[apply(call)]
pub(super) async fn token_place(
    app: State<'_, App>,
    request: wire::TokenRequest,
) -> Answer<wire::TokenPlace> {
    let place = app.token_for(&request.host).await?;
    Ok(wire::TokenPlace { place })
}
