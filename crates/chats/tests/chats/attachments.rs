//! Files that go with questions: with the draft, with the question, with its other wordings, in
//! searches, and away and back with the whole chat.

use chats::{AttachmentId, Chats, Error, Message, MessageId, Question, TextFile};

use crate::folder::{NOW_MS, ask, begin, empty, finish, is_sound, open};

fn file(name: &str, text: &str) -> TextFile {
    TextFile {
        name: name.to_owned(),
        bytes: 7,
        text: text.to_owned(),
        remarks: format!("of {name}"),
    }
}

fn names(message: &Message) -> Vec<&str> {
    message.files.iter().map(|file| &*file.name).collect()
}

fn ids(message: &Message) -> Vec<AttachmentId> {
    message.files.iter().map(|file| file.id).collect()
}

fn with<'a>(text: &'a str, files: &'a [AttachmentId]) -> Question<'a> {
    Question { text, files }
}

/// A question with two files, answered: messages 1 and 2.
fn asked(chats: &Chats) -> Vec<Message> {
    let letter = chats
        .attach(None, &file("letter.txt", "Dear aunt 🥔"))
        .unwrap();
    let sums = chats.attach(None, &file("sums.csv", "1,2")).unwrap();
    let files = [letter.id, sums.id];
    let begun = chats.ask(None, with("What is it?", &files), "m", 1);
    let begun = begun.unwrap();
    finish(chats, begun[1].id, "A letter.");
    begun
}

#[test]
fn a_file_waits_with_its_draft_over_a_restart_and_goes_with_the_question() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = ask(&chats, None, "before").chat;
    let kept = chats.attach(Some(chat), &file("a.txt", "one")).unwrap();
    let gone = chats.attach(Some(chat), &file("b.txt", "two")).unwrap();
    let next = chats.attach(None, &file("c.txt", "three")).unwrap();
    assert_eq!(chats.detach(gone.id).unwrap(), Some(chat));
    drop(chats);

    let chats = open(folder.path());
    assert_eq!(
        chats.drafted(Some(chat)).unwrap(),
        std::slice::from_ref(&kept)
    );
    assert_eq!(chats.drafted(None).unwrap(), std::slice::from_ref(&next));
    assert_eq!(chats.attached(kept.id).unwrap(), file("a.txt", "one"));
    let files = [kept.id];
    let branch = chats
        .ask(Some(chat), with("why?", &files), "m", NOW_MS)
        .unwrap();
    assert_eq!(names(&branch[1]), ["a.txt"]);
    assert_eq!(names(&branch[0]), Vec::<&str>::new());
    assert_eq!(chats.drafted(Some(chat)).unwrap(), []);
    assert_eq!(chats.drafted(None).unwrap().len(), 1);
    // What was asked with is part of the chat from then on.
    chats.detach(kept.id).unwrap_err();
    assert_eq!(chats.attached(kept.id).unwrap().text, "one");
}

#[test]
fn a_question_goes_with_all_its_files_or_not_at_all() {
    let folder = empty();
    let chats = open(folder.path());
    let mine = chats.attach(None, &file("a.txt", "one")).unwrap().id;
    let missing = AttachmentId(99);
    let refused = chats.ask(None, with("why?", &[mine, missing]), "m", NOW_MS);
    let error = refused.unwrap_err();
    assert_eq!(error.to_string(), "there is no file 99");
    assert_eq!(chats.rows().unwrap(), []);
    assert_eq!(chats.drafted(None).unwrap().len(), 1);
    // A file of another draft is not this question's to take.
    let chat = ask(&chats, None, "other").chat;
    let refused = chats.ask(Some(chat), with("why?", &[mine]), "m", NOW_MS);
    assert!(matches!(refused.unwrap_err(), Error::NotFound { .. }));
    chats.delete(chat, NOW_MS).unwrap();
    chats.attach(Some(chat), &file("b.txt", "two")).unwrap_err();
    chats.attached(missing).unwrap_err();
}

#[test]
fn another_wording_has_the_files_that_it_keeps_and_the_old_one_has_all() {
    let folder = empty();
    let chats = open(folder.path());
    let first = asked(&chats);
    let kept = ids(&first[0]);
    let branch = chats
        .ask_instead(first[0].id, with("And this?", &kept[1..]), "m", 2)
        .unwrap();
    assert_eq!(names(&branch[0]), ["sums.csv"]);
    assert_ne!(ids(&branch[0]), kept[1..]);
    assert_eq!(chats.files(branch[0].id).unwrap()[0].text, "1,2");
    let old = chats.show_branch(first[0].id).unwrap();
    assert_eq!(names(&old[0]), ["letter.txt", "sums.csv"]);
    assert_eq!(chats.files(old[0].id).unwrap()[0].text, "Dear aunt 🥔");
    // Those of yet another question are nobody else's.
    let other = ids(&branch[0]);
    let refused = chats.ask_instead(MessageId(1), with("x", &other), "m", 3);
    assert!(matches!(refused.unwrap_err(), Error::NotFound { .. }));
    assert_eq!(chats.conversation(first[0].chat).unwrap().len(), 2);
}

#[test]
fn words_are_found_in_files_that_were_asked_with() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = asked(&chats)[0].chat;
    chats
        .attach(Some(chat), &file("waiting.txt", "not asked with"))
        .unwrap();
    let hit = |query: &str| {
        let hits = chats.search(query, 9).unwrap();
        assert!(hits.len() <= 1, "{query}");
        hits.into_iter().next().and_then(|hit| hit.best)
    };
    for query in [
        "aunt",
        "AUNT dear",
        "🥔",
        "letter.txt",
        "csv",
        "1,",
        "letter dear",
    ] {
        let best = hit(query).unwrap_or_else(|| panic!("{query} is not found"));
        assert_eq!(best.message, MessageId(1), "{query}");
        assert!(!best.in_thinking, "{query}");
        let name = if query.contains("csv") || query == "1," {
            "sums.csv"
        } else {
            "letter.txt"
        };
        assert_eq!(best.in_file.as_deref(), Some(name), "{query}");
    }
    assert_eq!(hit("aunt").unwrap().snippet, ["Dear ", "aunt", " 🥔"]);
    let question = hit("what is").unwrap();
    assert_eq!(question.in_file, None);
    for query in ["not asked", "waiting", "aunt sums", "1,2,3"] {
        assert_eq!(hit(query), None, "{query}");
    }
    chats.delete(chat, NOW_MS).unwrap();
    assert_eq!(hit("aunt"), None);
    is_sound(&chats, folder.path());
}

#[test]
fn a_chat_that_leaves_and_comes_back_has_its_files() {
    let (here, there) = (empty(), empty());
    let (chats, others) = (open(here.path()), open(there.path()));
    let first = asked(&chats);
    let kept = ids(&first[0]);
    chats
        .ask_instead(first[0].id, with("And this?", &kept[..1]), "m", 2)
        .unwrap();
    let whole = chats.transcript(first[0].chat).unwrap();
    let counts: Vec<usize> = whole
        .entries
        .iter()
        .map(|entry| entry.files.len())
        .collect();
    assert_eq!(counts, [2, 0, 1, 0]);
    let added = others
        .add_transcripts(std::slice::from_ref(&whole))
        .unwrap();
    assert_eq!(others.transcript(added[0]).unwrap(), whole);
    assert_eq!(others.search("aunt", 9).unwrap()[0].count, 2);
}

#[test]
fn replies_know_no_files() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let reply = begin(&chats, question.id);
    assert_eq!(chats.message(reply).unwrap().files, []);
    assert_eq!(chats.files(reply).unwrap(), []);
}

#[test]
fn a_file_of_a_draft_is_read_anew_in_its_place() {
    let folder = empty();
    let chats = open(folder.path());
    let first = chats.attach(None, &file("a.txt", "one")).unwrap();
    chats.attach(None, &file("b.txt", "two")).unwrap();
    let again = TextFile {
        remarks: "[1]".to_owned(),
        ..file("a.txt", "eins")
    };
    let (chat, id) = chats.replace(first.id, &again).unwrap();
    assert_eq!(chat, None);
    // Whatever was counted of the old text is not this one's.
    assert_ne!(id, first.id);
    chats.attached(first.id).unwrap_err();
    let drafted = chats.drafted(None).unwrap();
    let told: Vec<_> = drafted
        .iter()
        .map(|one| (&*one.name, &*one.remarks))
        .collect();
    assert_eq!(told, [("a.txt", "[1]"), ("b.txt", "of b.txt")]);
    assert_eq!(chats.attached(id).unwrap(), again);
    // Nor is one that was asked with read anew.
    let asked = chats.ask(None, with("why?", &[id]), "m", NOW_MS).unwrap();
    assert_eq!(asked[0].files[0].remarks, "[1]");
    chats.replace(id, &again).unwrap_err();
    is_sound(&chats, folder.path());
}
