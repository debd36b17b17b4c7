//! Messages that leave a chat with all that followed, and come back; folders and instructions.

use chats::{Chats, Error, MessageId};

use crate::folder::{NOW_MS, begin, conversation, empty, finish, open, titles};

/// A chat of two questions, each answered: messages 1 to 4.
fn talked(chats: &Chats) -> chats::ChatId {
    let one = chats.add_question(None, "One?", 1).unwrap();
    finish(chats, begin(chats, one.id), "First.");
    let two = chats.add_question(Some(one.chat), "Two?", 2).unwrap();
    finish(chats, begin(chats, two.id), "Second.");
    one.chat
}

#[test]
fn a_question_goes_with_all_that_followed_and_comes_back() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    chats.remove_message(MessageId(3), 9).unwrap();
    assert_eq!(conversation(&chats, chat), ["One?", "First."]);
    assert_eq!(chats.search("Second", 9).unwrap(), []);
    assert_eq!(chats.transcript(chat).unwrap().entries.len(), 2);
    let gone = chats.message(MessageId(4)).unwrap_err();
    assert!(matches!(gone, Error::NotFound { .. }), "{gone}");
    assert_eq!(chats.chat_of(MessageId(4)).unwrap(), chat);

    // It waits where it can be seen, once, whatever went with it; not beside its chat if that goes too.
    let waits = chats.removed().unwrap();
    let [row] = &*waits else {
        panic!("{waits:?}");
    };
    assert_eq!((row.id, row.chat), (MessageId(3), chat));
    assert_eq!((&*row.title, &*row.words), ("One?", "Two?"));
    chats.delete(chat, 9).unwrap();
    assert_eq!(chats.removed().unwrap(), []);
    chats.restore(chat).unwrap();
    assert_eq!(chats.removed().unwrap(), waits);

    // The chat goes on without it, and what came back is another branch.
    let three = chats.add_question(Some(chat), "Three?", 10).unwrap();
    assert_eq!(three.siblings, [three.id]);
    chats.restore_message(MessageId(3)).unwrap();
    assert_eq!(
        conversation(&chats, chat),
        ["One?", "First.", "Two?", "Second."]
    );
    assert_eq!(chats.removed().unwrap(), []);
    let back = chats.message(MessageId(3)).unwrap();
    assert_eq!(back.siblings, [MessageId(3), three.id]);
    assert_eq!(chats.search("Second", 9).unwrap()[0].count, 1);
}

#[test]
fn the_branch_beside_is_shown_instead_and_a_chat_may_become_empty() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let again = chats.ask_again(MessageId(4), "", "m", 3).unwrap();
    let other = again.last().unwrap().id;
    let writing = chats.remove_message(MessageId(3), 9).unwrap_err();
    assert!(matches!(writing, Error::Streaming(id) if id == other));
    finish(&chats, other, "Zweitens.");
    let shown = chats.remove_message(other, 9).unwrap();
    assert_eq!(shown.last().unwrap().id, MessageId(4));
    // One that is not shown leaves the branch as it is.
    chats.restore_message(other).unwrap();
    let shown = chats.remove_message(MessageId(4), 9).unwrap();
    assert_eq!(shown.last().unwrap().id, other);

    assert_eq!(chats.remove_message(MessageId(1), 9).unwrap(), []);
    let restored = chats.restore_message(MessageId(1)).unwrap();
    // What went before and by itself stays away.
    assert_eq!(restored.last().unwrap().id, other);
    assert_eq!(conversation(&chats, chat).len(), 4);
    chats.restore_message(MessageId(1)).unwrap_err();
}

#[test]
fn a_chat_lies_in_a_folder_and_has_its_instructions() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let row = chats.set_folder(chat, Some(" Tax\nreturns ")).unwrap();
    assert_eq!(row.folder.as_deref(), Some("Tax returns"));
    assert_eq!(chats.rows().unwrap(), [row]);
    assert_eq!(chats.set_folder(chat, Some("  ")).unwrap().folder, None);
    assert_eq!(chats.instructions(chat).unwrap(), "");
    chats.set_instructions(chat, "Answer in rhyme.").unwrap();
    assert_eq!(chats.instructions(chat).unwrap(), "Answer in rhyme.");
    chats.delete(chat, NOW_MS + 5).unwrap();
    chats.set_folder(chat, Some("x")).unwrap_err();
    chats.set_instructions(chat, "x").unwrap_err();
    assert_eq!(titles(&chats).len(), 0);
    let deleted = chats.deleted().unwrap();
    assert_eq!(
        (deleted[0].id, deleted[0].deleted_ms, deleted.len()),
        (chat, NOW_MS + 5, 1)
    );
}
