//! Whatever is typed or written comes back as it was.

use crate::folder::{ask, begin, conversation, empty, finish, growth, open, reply, words};

fn texts() -> Vec<String> {
    let farmers = "👩‍🌾🥔".repeat((1 << 20) / "👩‍🌾🥔".len() + 1);
    [
        "",
        " \n\t spaces around \r\n",
        "before\0after\0",
        "🥔 👩🏽‍🌾 🇩🇪",
        "مرحبا \u{202e}שלום\u{202c} e\u{301}",
        "可以帮我写一首诗吗？",
        "\u{feff}\u{ffff}\u{10ffff}",
        "'; DROP TABLE messages; --",
        "<think>typed, not thought</think>",
        &farmers,
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn a_text_comes_back_from_disk_as_it_was() {
    let folder = empty();
    for text in texts() {
        let chats = open(folder.path());
        let question = ask(&chats, None, &text);
        assert_eq!(words(&question), text);
        let id = begin(&chats, question.id);
        chats.save_growth(id, &growth(&text, &text)).unwrap();
        chats.set_draft(Some(question.chat), &text).unwrap();
        chats.set_draft(None, &text).unwrap();
        chats.set_setting(&text, &text).unwrap();
        drop(chats);

        let chats = open(folder.path());
        assert_eq!(chats.message(question.id).unwrap(), question);
        let reply = reply(chats.message(id).unwrap());
        assert_eq!((reply.thinking, reply.answer), (text.clone(), text.clone()));
        assert_eq!(chats.draft(Some(question.chat)).unwrap(), text);
        assert_eq!(chats.draft(None).unwrap(), text);
        assert_eq!(chats.setting(&text).unwrap(), Some(text));
    }
}

#[test]
fn messages_form_a_tree_of_which_one_branch_is_shown() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    assert_eq!(question.parent, None);
    let first = begin(&chats, question.id);
    finish(&chats, first, "one");
    let second = begin(&chats, question.id);
    finish(&chats, second, "two");
    assert_eq!(conversation(&chats, question.chat), ["why?", "two"]);

    let more = ask(&chats, Some(question.chat), "and?");
    assert_eq!(more.parent, Some(second));
    let third = begin(&chats, more.id);
    finish(&chats, third, "so");
    let branch = ["why?", "two", "and?", "so"];
    assert_eq!(conversation(&chats, question.chat), branch);

    let sibling = chats.message(first).unwrap();
    assert_eq!(sibling.parent, Some(question.id));
    assert_eq!(words(&sibling), "one");
    let again = begin(&chats, question.id);
    assert_eq!(conversation(&chats, question.chat), ["why?", ""]);
    finish(&chats, again, "three");

    drop(chats);
    let chats = open(folder.path());
    assert_eq!(conversation(&chats, question.chat), ["why?", "three"]);
    assert_eq!(words(&chats.message(third).unwrap()), "so");
}

#[test]
fn chats_keep_their_messages_apart() {
    let folder = empty();
    let chats = open(folder.path());
    let one = ask(&chats, None, "one");
    let two = ask(&chats, None, "two");
    let mine = begin(&chats, one.id);
    ask(&chats, Some(two.chat), "more");
    finish(&chats, mine, "yes");
    assert_eq!(conversation(&chats, one.chat), ["one", "yes"]);
    assert_eq!(conversation(&chats, two.chat), ["two", "more"]);
}

#[test]
fn a_draft_is_emptied_by_the_question_that_it_became() {
    let folder = empty();
    let chats = open(folder.path());
    assert_eq!(chats.draft(None).unwrap(), "");
    chats.set_draft(None, "Why is the s").unwrap();
    let chat = Some(ask(&chats, None, "Why is the sky blue?").chat);
    assert_eq!(chats.draft(None).unwrap(), "");
    assert_eq!(chats.draft(chat).unwrap(), "");

    chats.set_draft(chat, "typed in another window").unwrap();
    chats.set_draft(None, "for later").unwrap();
    ask(&chats, chat, "And at night?");
    assert_eq!(chats.draft(chat).unwrap(), "typed in another window");
    assert_eq!(chats.draft(None).unwrap(), "for later");
}

#[test]
fn a_setting_is_what_was_set_last() {
    let folder = empty();
    let chats = open(folder.path());
    assert_eq!(chats.setting("model").unwrap(), None);
    chats.set_setting("model", "sprout").unwrap();
    chats.set_setting("model", "r1-8b").unwrap();
    chats.set_setting("MODEL", "another key").unwrap();
    drop(chats);
    let chats = open(folder.path());
    assert_eq!(chats.setting("model").unwrap().unwrap(), "r1-8b");
}
