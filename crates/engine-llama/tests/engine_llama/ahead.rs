//! What the engine reads before it is asked for, and what it keeps for another day.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::Engine;
use engine::message::{Drafts, Event, Kept, Load, Prepare, Reply};
use engine::prompt::{Conversation, Opening, Prompt, Segment, Template, Turn};

use crate::asking::{Told, all, empty, gather, greedy, keeping, load_of, ready, sprout};

/// A question, its answer, and what is typed behind it.
fn talk(question: &str, answer: &str, next: &str) -> Conversation {
    Conversation {
        turns: vec![
            Turn::User(question.to_owned()),
            Turn::Assistant {
                answer: answer.to_owned(),
                thought: true,
            },
            Turn::User(next.to_owned()),
        ],
        ..Conversation::default()
    }
}

fn prepare(prompt: Prompt, kept: Option<Kept>) -> Prepare {
    Prepare {
        prompt,
        room: 0,
        left_before: 0,
        threads: None,
        kept,
    }
}

fn prepared(engine: &Engine, prepare: Prepare) -> u32 {
    match &all(engine.prepare(prepare))[..] {
        [Event::Prepared { outcome }] => *outcome.as_ref().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn ask(engine: &Engine, prompt: Prompt) -> Told {
    gather(engine.reply(greedy(prompt)).1)
}

fn asked(engine: &Engine, conversation: &Conversation, kept: Option<Kept>) -> Told {
    let prompt = Template::R1.render(conversation);
    let reply = Reply {
        kept,
        ..greedy(prompt)
    };
    gather(engine.reply(reply).1)
}

#[test]
fn a_follow_up_waits_only_for_what_is_new() {
    let engine = ready(1024);
    let first = ask(
        &engine,
        Template::R1.render(&Conversation::of("What is 47 + 38?")),
    );
    // The thought leaves the conversation: all behind it is read while nobody waits.
    let quiet = talk("What is 47 + 38?", &first.answer, "");
    let read = prepared(&engine, prepare(Template::R1.anticipate(&quiet), None));
    let typed = talk("What is 47 + 38?", &first.answer, "What is 12");
    let more = prepared(&engine, prepare(Template::R1.anticipate(&typed), None));
    assert!(more > read, "{more} {read}");
    let whole = talk("What is 47 + 38?", &first.answer, "What is 12 + 13?");
    let warm = asked(&engine, &whole, None);
    let cold = asked(&ready(1024), &whole, None);
    assert_eq!(
        (&warm.answer, &warm.thinking),
        (&cold.answer, &cold.thinking)
    );
    let (now, then) = (warm.statistics, cold.statistics);
    assert_eq!(now.prompt_tokens, then.prompt_tokens);
    // " + 13?", the header, `<think>` and its line break, at a letter a token.
    assert!(now.prompt_tokens - now.cached_tokens <= 12, "{now:?}");
    assert_eq!(then.cached_tokens, 0);
}

#[test]
fn what_is_really_asked_goes_first_and_a_count_only_holds_it_up() {
    let engine = ready(1024);
    let long = "Count from 1 to 20, then back. ".repeat(25);
    let conversation = Conversation::of(long);
    let events = engine.prepare(prepare(Template::R1.anticipate(&conversation), None));
    let counted = all(engine.count(vec![Segment::Text("What is 2 + 2?".to_owned())]));
    assert!(matches!(&counted[..], [Event::Counted { outcome: Ok(_) }]));
    // After the count it went on to its end.
    let [Event::Prepared { outcome: Ok(read) }] = all(events)[..] else {
        panic!("not prepared")
    };
    let whole = prepared(
        &engine,
        prepare(Template::R1.anticipate(&conversation), None),
    );
    assert_eq!(read, whole);
    // A question in the middle of another one's preparation has its answer, as if there were none.
    let other = Conversation::of("Take 158 from 420. ".repeat(40));
    let events = engine.prepare(prepare(Template::R1.anticipate(&other), None));
    let told = ask(
        &engine,
        Template::R1.render(&Conversation::of("What is 47 + 38?")),
    );
    assert!(told.answer.contains("85"), "{told:?}");
    assert!(matches!(all(events)[..], [Event::Prepared { .. }]));
}

#[test]
fn what_does_not_fit_is_read_as_far_as_it_does_and_refused_when_it_is_asked() {
    let engine = ready(1024);
    let conversation = Conversation::of("What is 1 + 1? ".repeat(1000));
    let read = prepared(
        &engine,
        prepare(Template::R1.anticipate(&conversation), None),
    );
    assert!(read < 1024, "{read}");
    let told = asked(&engine, &conversation, None);
    assert!(
        matches!(told.end, engine::message::End::Failed(_)),
        "{told:?}"
    );
    let told = ask(
        &engine,
        Template::R1.render(&Conversation::of("What is 47 + 38?")),
    );
    assert!(told.answer.contains("85"), "{told:?}");
}

#[test]
fn written_tokens_are_kept_as_they_were_written() {
    let engine = ready(1024);
    let conversation = Conversation::of("What is 47 + 38?");
    let first = ask(&engine, Template::R1.render(&conversation));
    let again = Conversation {
        opening: Opening::GoOn {
            thinking: first.thinking.clone(),
            answer: String::new(),
        },
        ..conversation
    };
    let more = ask(&engine, Template::R1.render(&again));
    let so_far = first.statistics.so_far;
    // All but the last token, whose distribution is needed again.
    let here = more.statistics.cached_tokens - first.statistics.prompt_tokens;
    assert!(here + 3 >= so_far.thinking_tokens, "{here} of {so_far:?}");
}

/// Long enough to be worth a file.
fn long() -> Conversation {
    talk(
        &"What is 47 + 38? ".repeat(30),
        "47 + 38 = 85.",
        "What is 12 + 13?",
    )
}

/// A file for a conversation, and word of it for the engine.
fn kept_in(folder: &Path) -> (PathBuf, Option<Kept>) {
    let path = folder.join("1-a.kept");
    let kept = Kept {
        path: path.clone(),
        most_bytes: 1 << 30,
    };
    (path, Some(kept))
}

/// A load that may keep what it computes.
fn keeping_as(engine: &Engine, folder: &Path, load: Load) {
    all(engine.load(Load {
        contexts: Some(folder.to_owned()),
        ..load
    }));
}

fn wait_for(path: &Path) {
    let begin = Instant::now();
    while !path.exists() {
        assert!(begin.elapsed() < Duration::from_mins(1), "not kept");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_conversation_is_kept_for_another_day_and_another_one_makes_room_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let contexts = folder.path().join("contexts");
    let kept = |name: &str, most_bytes| {
        Some(Kept {
            path: contexts.join(name),
            most_bytes,
        })
    };
    let (one, other) = (kept("1-a.kept", 1 << 30), kept("2-a.kept", 1 << 30));
    let engine = keeping(&contexts);
    let first = asked(&engine, &long(), one.clone());
    // Another conversation comes: this one is kept before it leaves.
    let question = Conversation::of("Take 158 from 420");
    asked(&engine, &question, other.clone());
    let path = &one.as_ref().unwrap().path;
    assert!(path.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
    // And comes back, in this process and in another one.
    for engine in [&engine, &keeping(&contexts)] {
        let again = asked(engine, &long(), one.clone());
        assert_eq!(
            (&again.thinking, &again.answer),
            (&first.thinking, &first.answer)
        );
        let read = again.statistics.prompt_tokens - again.statistics.cached_tokens;
        assert!(read <= 1, "{:?}", again.statistics);
    }
    // In the quiet after a reply it is kept without anybody coming.
    fs::remove_file(path).unwrap();
    let engine = keeping(&contexts);
    asked(&engine, &long(), one.clone());
    wait_for(path);
    // No more is kept than is allowed.
    let length = fs::metadata(path).unwrap().len();
    let small = kept("3-a.kept", length + length / 2);
    let engine = keeping(&contexts);
    asked(&engine, &long(), small.clone());
    wait_for(&small.unwrap().path);
    let begin = Instant::now();
    while path.exists() {
        assert!(begin.elapsed() < Duration::from_secs(10), "not pruned");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_conversation_that_goes_on_is_the_same_however_much_may_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1-a.kept");
    let kept = |most_bytes| {
        Some(Kept {
            path: path.clone(),
            most_bytes,
        })
    };
    let engine = keeping(folder.path());
    asked(&engine, &long(), kept(1 << 30));
    // The disk has less room now, and nothing is written and read back before the next reply.
    let again = asked(&engine, &long(), kept((1 << 30) - 1));
    assert!(!path.exists());
    let read = again.statistics.prompt_tokens - again.statistics.cached_tokens;
    assert!(read <= 1, "{:?}", again.statistics);
}

#[test]
fn a_file_that_is_not_whole_and_ours_is_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let (path, kept) = kept_in(folder.path());
    let engine = keeping(folder.path());
    let first = asked(&engine, &long(), kept.clone());
    asked(&engine, &Conversation::of("Take 158 from 420"), None);
    let whole = fs::read(&path).unwrap();
    let bent = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let other_context = {
        let end = whole.len();
        [&whole[..end / 2], &whole[end / 2 + 64..]].concat()
    };
    for bytes in [
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        bent(4),
        bent(whole.len() / 2),
        bent(whole.len() - 12),
        other_context,
        b"SPUDKEPT".repeat(100),
    ] {
        fs::write(&path, bytes).unwrap();
        let engine = keeping(folder.path());
        let again = asked(&engine, &long(), kept.clone());
        assert_eq!(
            (&again.thinking, &again.answer),
            (&first.thinking, &first.answer)
        );
        assert_eq!(again.statistics.cached_tokens, 0);
    }
    // It serves any context in which it has room.
    fs::write(&path, whole).unwrap();
    let engine = empty();
    keeping_as(&engine, folder.path(), load_of(&sprout(), 512));
    let again = asked(&engine, &long(), kept);
    assert_eq!(
        (&again.thinking, &again.answer),
        (&first.thinking, &first.answer)
    );
    assert!(again.statistics.cached_tokens > 300, "{again:?}");
}

#[test]
fn an_engine_that_is_let_go_keeps_what_it_has_not_kept_yet() {
    let folder = tempfile::tempdir().unwrap();
    let (path, kept) = kept_in(folder.path());
    // One that is ended does not: its chat may be erased.
    let engine = keeping(folder.path());
    asked(&engine, &long(), kept.clone());
    engine.end();
    assert!(!path.exists());
    let engine = keeping(folder.path());
    asked(&engine, &long(), kept.clone());
    engine.leave(Duration::from_mins(1));
    assert!(path.exists());
    let again = asked(&keeping(folder.path()), &long(), kept);
    assert!(again.statistics.cached_tokens > 300, "{again:?}");
}

#[test]
fn what_was_kept_in_another_form_waits_for_the_load_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, kept) = kept_in(folder.path());
    let engine = keeping(folder.path());
    asked(&engine, &long(), kept.clone());
    engine.leave(Duration::from_mins(1));
    let whole = fs::read(&path).unwrap();
    let engine = empty();
    let plain = load_of(&sprout(), 1024).plainly(64);
    keeping_as(&engine, folder.path(), plain);
    let again = asked(&engine, &long(), kept.clone());
    assert_eq!(again.statistics.cached_tokens, 0);
    engine.end();
    assert!(fs::read(&path).unwrap() == whole);
    let again = asked(&keeping(folder.path()), &long(), kept);
    assert!(again.statistics.cached_tokens > 300, "{again:?}");
}

#[test]
fn the_layer_that_predicts_goes_on_behind_what_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (_, kept) = kept_in(folder.path());
    let ready = || {
        let engine = empty();
        let predicting = Load {
            predicts: true,
            ..load_of(&sprout(), 1024)
        };
        keeping_as(&engine, folder.path(), predicting);
        engine
    };
    let engine = ready();
    let always = |engine: &Engine, conversation: &Conversation, kept: Option<Kept>| {
        let reply = Reply {
            kept,
            drafts: Drafts::Always,
            ..greedy(Template::R1.render(conversation))
        };
        gather(engine.reply(reply).1)
    };
    let first = always(&engine, &long(), kept.clone());
    always(&engine, &Conversation::of("Take 158 from 420"), None);
    let again = always(&ready(), &long(), kept);
    assert_eq!(again.text(), first.text());
    assert!(again.statistics.cached_tokens > 300);
    // The layer did not see what was kept, and is of use all the same.
    let (then, now) = (first.statistics, again.statistics);
    assert!(now.drafted_tokens > 0, "{now:?}");
    println!(
        "{} of {}, then {} of {}",
        then.accepted_tokens, then.drafted_tokens, now.accepted_tokens, now.drafted_tokens
    );
    assert!(
        2 * now.accepted_tokens > then.accepted_tokens,
        "{now:?} {then:?}"
    );
}
