//! Of chats: questions, replies, files, what is deleted and comes back.

use app::{App, AttachmentId, ChatId, MessageId, Tongue};
use macro_rules_attribute::apply;
use rfd::FileHandle;
use tauri::State;

use super::{Answer, call};
use crate::copies::{Copies, Next};
use crate::drops::Drops;
use crate::wire;
use crate::words::{Words, language};

#[apply(call)]
pub(super) async fn send(
    app: State<'_, App>,
    request: wire::SendRequest,
) -> Answer<wire::SendResponse> {
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
#[apply(call)]
pub(super) async fn attach(
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

#[apply(call)]
pub(super) async fn detach(app: State<'_, App>, request: wire::FileRequest) -> Answer<()> {
    Ok(app.detach(AttachmentId(request.file)).await?)
}

#[apply(call)]
pub(super) async fn stop_reading(app: State<'_, App>, request: wire::ReadingRequest) -> Answer<()> {
    app.stop_reading(request.number);
    Ok(())
}

#[apply(call)]
pub(super) async fn file_text(
    app: State<'_, App>,
    request: wire::FileRequest,
) -> Answer<wire::FileText> {
    Ok(app.attached(AttachmentId(request.file)).await?.into())
}

#[apply(call)]
pub(super) async fn set_letters(app: State<'_, App>, request: wire::LettersRequest) -> Answer<()> {
    app.read_anew(AttachmentId(request.file), request.encoding)
        .await?;
    Ok(())
}

#[apply(call)]
pub(super) async fn weigh(
    app: State<'_, App>,
    request: wire::WeighRequest,
) -> Answer<wire::Weight> {
    let weighed = app.weigh(request.place(), request.asked(), None);
    Ok(weighed.await?.into())
}

#[apply(call)]
pub(super) async fn stop(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    app.stop(ChatId(request.chat));
    Ok(())
}

#[apply(call)]
pub(super) async fn answer_now(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    app.answer_now(ChatId(request.chat));
    Ok(())
}

#[apply(call)]
pub(super) async fn ask_instead(app: State<'_, App>, request: wire::InsteadRequest) -> Answer<()> {
    let of = MessageId(request.message);
    let asked = wire::asked(request.text, request.files);
    Ok(app.ask_instead(of, asked).await?)
}

#[apply(call)]
pub(super) async fn ask_again(app: State<'_, App>, request: wire::AgainRequest) -> Answer<()> {
    let beside = MessageId(request.message);
    match request.model {
        Some(model) => app.ask_again_by(beside, &model).await?,
        None => app.ask_again(beside).await?,
    }
    Ok(())
}

#[apply(call)]
pub(super) async fn go_on(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.go_on(MessageId(request.message)).await?)
}

#[apply(call)]
pub(super) async fn think_more(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.think_more(MessageId(request.message)).await?)
}

#[apply(call)]
pub(super) async fn show_branch(app: State<'_, App>, request: wire::MessageRequest) -> Answer<()> {
    Ok(app.show_branch(MessageId(request.message)).await?)
}

#[apply(call)]
pub(super) async fn set_manner(app: State<'_, App>, request: wire::MannerRequest) -> Answer<()> {
    let chat = request.chat.map(ChatId);
    Ok(app.set_manner(chat, request.manner.into()).await?)
}

#[apply(call)]
pub(super) async fn rename_chat(app: State<'_, App>, request: wire::RenameRequest) -> Answer<()> {
    Ok(app.rename(ChatId(request.chat), &request.title).await?)
}

/// Asks where to, and writes the file there; nothing where nobody chose. A copy in HTML is written once the
/// page has set its words.
#[apply(call)]
pub(super) async fn export_chats(
    app: State<'_, App>,
    copies: State<'_, Copies>,
    request: wire::ExportRequest,
) -> Answer<Option<wire::Copying>> {
    let title = if request.chat.is_none() {
        Words::SaveAllTitle
    } else {
        Words::SaveTitle
    };
    let chosen = rfd::AsyncFileDialog::new()
        .set_title(title.said(&app))
        .set_file_name(request.name)
        .add_filter(Words::SaveMarkdown.said(&app), &["md"])
        .add_filter(Words::SavePage.said(&app), &["html"])
        .add_filter(Words::SaveJson.said(&app), &["json"])
        .save_file()
        .await;
    let Some(file) = chosen else {
        return Ok(None);
    };
    let chat = request.chat.map(ChatId);
    let tongue = Tongue::of(language(&app));
    match app.export_set(chat, file.path(), true, tongue).await? {
        Some(copy) => Ok(Some(put(&copies, copies.begin(copy)).await?)),
        None => Ok(Some(copies.saved(file.path()))),
    }
}

/// Takes the markup of the words that a copy waits for; gives the next ones, or writes the file.
#[apply(call)]
pub(super) async fn set_copy(
    copies: State<'_, Copies>,
    request: wire::SetRequest,
) -> Answer<wire::Copying> {
    put(&copies, copies.go_on(request)?).await
}

async fn put(copies: &Copies, next: Next) -> Answer<wire::Copying> {
    match next {
        Next::ToSet(next) => Ok(wire::Copying::ToSet(next)),
        Next::Whole(copy) => {
            let path = copy.path().to_owned();
            copy.write().await?;
            Ok(copies.saved(&path))
        }
    }
}

/// The folder with the last copy, in the system's own program for folders.
#[apply(call)]
pub(super) async fn show_copy(copies: State<'_, Copies>) -> Answer<()> {
    match copies.folder() {
        Some(folder) => Ok(app::show_folder(folder).await?),
        None => Ok(()),
    }
}

/// Takes chats in: from files or a folder that are chosen now, or from what was dropped. What became of them,
/// null where nobody chose.
#[apply(call)]
pub(super) async fn import_chats(
    app: State<'_, App>,
    drops: State<'_, Drops>,
    request: wire::ImportRequest,
) -> Answer<Option<wire::TakenIn>> {
    let dialog = || rfd::AsyncFileDialog::new().set_title(Words::TakeInTitle.said(&app));
    let chosen: Vec<FileHandle> = match request {
        wire::ImportRequest::Dropped { number } => {
            let taken = app.take_in(drops.take(number)).await?;
            return Ok(Some(taken.into()));
        }
        wire::ImportRequest::Files => {
            let dialog =
                dialog().add_filter(Words::TakeInKind.said(&app), &["json", "jsonl", "zip"]);
            dialog.pick_files().await.unwrap_or_default()
        }
        wire::ImportRequest::Folder => dialog().pick_folder().await.into_iter().collect(),
    };
    if chosen.is_empty() {
        return Ok(None);
    }
    let paths = chosen.iter().map(|file| file.path().to_owned()).collect();
    Ok(Some(app.take_in(paths).await?.into()))
}

/// Ends the import that is under way; `import_chats` then tells what was taken in until then.
#[apply(call)]
pub(super) async fn stop_import(app: State<'_, App>) -> Answer<()> {
    app.stop_taking_in();
    Ok(())
}

#[apply(call)]
pub(super) async fn pin_chat(app: State<'_, App>, request: wire::PinRequest) -> Answer<()> {
    Ok(app.pin(ChatId(request.chat), request.pinned).await?)
}

#[apply(call)]
pub(super) async fn search(
    app: State<'_, App>,
    request: wire::SearchRequest,
) -> Answer<Vec<wire::Hit>> {
    let found = app.search(&request.query).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

#[apply(call)]
pub(super) async fn delete_chat(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    Ok(app.delete(ChatId(request.chat)).await?)
}

#[apply(call)]
pub(super) async fn restore_chat(app: State<'_, App>, request: wire::ChatRequest) -> Answer<()> {
    Ok(app.restore(ChatId(request.chat)).await?)
}

#[apply(call)]
pub(super) async fn set_folder(app: State<'_, App>, request: wire::FolderRequest) -> Answer<()> {
    Ok(app.set_folder(ChatId(request.chat), request.folder).await?)
}

#[apply(call)]
pub(super) async fn deleted_chats(app: State<'_, App>) -> Answer<Vec<wire::DeletedChat>> {
    let rows = app.deleted().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[apply(call)]
pub(super) async fn deleted_messages(app: State<'_, App>) -> Answer<Vec<wire::DeletedMessage>> {
    let rows = app.removed().await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

#[apply(call)]
pub(super) async fn erase_chats(app: State<'_, App>, request: wire::EraseRequest) -> Answer<()> {
    let chats = request.chats.into_iter().map(ChatId).collect();
    Ok(app.erase(chats).await?)
}

#[apply(call)]
pub(super) async fn remove_message(
    app: State<'_, App>,
    request: wire::MessageRequest,
) -> Answer<()> {
    Ok(app.remove_message(MessageId(request.message)).await?)
}

#[apply(call)]
pub(super) async fn restore_message(
    app: State<'_, App>,
    request: wire::MessageRequest,
) -> Answer<()> {
    Ok(app.restore_message(MessageId(request.message)).await?)
}

#[apply(call)]
pub(super) async fn save_draft(app: State<'_, App>, request: wire::DraftRequest) -> Answer<()> {
    Ok(app
        .save_draft(request.chat.map(ChatId), &request.text)
        .await?)
}

#[apply(call)]
pub(super) async fn remember_chat(
    app: State<'_, App>,
    request: wire::RememberRequest,
) -> Answer<()> {
    Ok(app.remember_chat(request.chat.map(ChatId)).await?)
}
