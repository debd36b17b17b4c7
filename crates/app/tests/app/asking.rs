//! Everything that begins a reply besides a first question, and who governs its thinking.

use app::chats::{Body, Closer, End, Message, State};
use app::{
    AppEvent, Budget, ChatEvent, ChatId, Code, Governor, How, Manner, MessageId, Model, Settings,
    Taste,
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};
use crate::world::{LONG, World, end, next, reply, sprout, surely, words};

/// A model that never closes its thinking, and answers `yes!` where somebody else does.
fn endless(test: &str) -> Model {
    let thinks = [ASSISTANT, THINK_OPEN, "abcdfghijklmnopqrtuvwxz", "a"];
    let answers = [THINK_CLOSE, "\nyes!", END];
    Model::File(model(test, &[&thinks, &answers]))
}

fn how(model: Model, governor: Governor) -> How {
    let settings = Settings {
        governor,
        ..surely().settings
    };
    How { model, settings }
}

async fn snapshot(world: &World, chat: ChatId) -> Vec<Message> {
    let mut events = world.app.watch_chat(chat).await.unwrap();
    match next(&mut events).await {
        ChatEvent::Snapshot { messages, .. } => messages,
        other => panic!("no snapshot: {other:?}"),
    }
}

fn texts<'messages>(messages: &'messages [Message]) -> Vec<&'messages str> {
    let text = |message: &'messages Message| match &message.body {
        Body::Question(text) => text.as_str(),
        Body::Reply(reply) => reply.answer.as_str(),
    };
    messages.iter().map(text).collect()
}

async fn branch(events: &mut UnboundedReceiver<ChatEvent>) -> Vec<Message> {
    loop {
        if let ChatEvent::Branch(messages) = next(events).await {
            return messages;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_question_and_another_reply_are_branches_and_nothing_is_lost() {
    let world = World::new().await;
    let (chat, first) = world.ask(None, "What is 2 + 2?").await;
    let question = first.parent.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();

    world
        .app
        .ask_instead(question, "What is 3 + 4?")
        .await
        .unwrap();
    let shown = branch(&mut events).await;
    assert_eq!(texts(&shown), ["What is 3 + 4?", ""]);
    assert_eq!(shown[0].siblings.len(), 2);
    let second = end(&mut events).await;
    assert_eq!(reply(&second).answer, "3 + 4 = 7.");

    world.app.ask_again(second.id).await.unwrap();
    let again = branch(&mut events).await;
    assert_eq!(again[1].siblings, [second.id, again[1].id]);
    assert_eq!(reply(&end(&mut events).await).answer, "3 + 4 = 7.");

    world.app.show_branch(question).await.unwrap();
    assert_eq!(
        texts(&branch(&mut events).await),
        ["What is 2 + 2?", "2 + 2 = 4."]
    );
    let world = world.again().await;
    assert_eq!(
        texts(&snapshot(&world, chat).await),
        ["What is 2 + 2?", "2 + 2 = 4."]
    );
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_replies_beside_one_and_answers_on() {
    let world = World::new().await;
    let (chat, first) = world.ask(None, "What is 2 + 2?").await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let missing = world.app.ask_again_by(first.id, "/nowhere/model.gguf");
    assert_eq!(missing.await.unwrap_err().code, Code::ModelMissing);
    assert_eq!(texts(&snapshot(&world, chat).await).len(), 2);

    let mine = world.home.path().join("mine.gguf");
    std::fs::copy(sprout(), &mine).unwrap();
    let mine = mine.to_str().unwrap();
    world.app.ask_again_by(first.id, mine).await.unwrap();
    let again = branch(&mut events).await;
    assert_eq!(again[1].siblings, [first.id, again[1].id]);
    let second = end(&mut events).await;
    assert_eq!(reply(&second).answer, "2 + 2 = 4.", "{second:?}");

    let mut told = world.app.watch().await.unwrap();
    let Some(AppEvent::Snapshot(seen)) = told.recv().await else {
        panic!("no snapshot")
    };
    assert_eq!(seen.model, mine);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_reply_goes_on_to_the_same_end() {
    let world = World::new().await;
    let (_, whole) = world.ask(None, LONG).await;
    let chat = world.app.send(None, LONG, Some(surely())).await.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    words(&mut events).await;
    world.app.stop(chat);
    let stopped = end(&mut events).await;
    assert_eq!(reply(&stopped).state, State::Ended(End::Stopped));

    world.app.go_on(stopped.id).await.unwrap();
    let shown = branch(&mut events).await;
    assert_eq!(reply(&shown[1]).thinking, reply(&stopped).thinking);
    let ended = end(&mut events).await;
    assert_eq!(ended.id, stopped.id);
    // Sprout, with the makers' temperature, is as sure of its numbers as without.
    assert!(reply(&ended).answer.starts_with("1, 2, 3"), "{ended:?}");
    assert_eq!(reply(&ended).thinking, reply(&whole).thinking);
    let (before, after) = (reply(&stopped).counts, reply(&ended).counts);
    assert!(after.thinking_tokens >= before.thinking_tokens);
    assert!(after.answer_tokens > before.answer_tokens);
    // What has come to its own end has no rest.
    let (_, complete) = world.ask(None, "What is 2 + 2?").await;
    let refused = world.app.go_on(complete.id).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_thought_is_thought_further_beside_its_reply() {
    let world = World::new().await;
    let (chat, first) = world.ask(None, "What is 2 + 2?").await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    world.app.think_more(first.id).await.unwrap();
    let shown = branch(&mut events).await;
    let begun = format!("{}\n\nWait,", reply(&first).thinking);
    assert_eq!(reply(&shown[1]).thinking, begun);
    assert_eq!(shown[1].siblings, [first.id, shown[1].id]);
    let more = end(&mut events).await;
    let thinking = &reply(&more).thinking;
    assert!(thinking.starts_with(&begun) && thinking.len() > begun.len());
    world.app.show_branch(first.id).await.unwrap();
    assert_eq!(texts(&branch(&mut events).await)[1], "2 + 2 = 4.");

    let nobody = world.app.think_more(first.parent.unwrap()).await;
    assert_eq!(nobody.unwrap_err().code, Code::NotFound);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_there_when_somebody_wants_it_now() {
    let world = World::new().await;
    let endless = endless("answer-now");
    for begun in [true, false] {
        let how = how(endless.clone(), Governor::default());
        let chat = world.app.send(None, "Hi", Some(how)).await.unwrap();
        let mut events = world.app.watch_chat(chat).await.unwrap();
        if begun {
            words(&mut events).await;
        }
        world.app.answer_now(chat);
        let ended = end(&mut events).await;
        let told = reply(&ended);
        assert_eq!(told.answer, "yes!");
        assert_eq!(told.statistics.unwrap().closed_by, Some(Closer::Asked));
        assert!(!begun || !told.thinking.is_empty());
    }
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_is_told_and_closed_where_the_manner_says_so() {
    let world = World::new().await;
    let closes = Manner::default().governor();
    let keeps = Governor {
        most_tokens: Some(300),
        ..Governor::default()
    };
    for (governor, closer) in [(closes, Closer::Loop), (keeps, Closer::Budget)] {
        let how = how(endless("circles"), governor);
        let chat = world.app.send(None, "Hi", Some(how)).await.unwrap();
        let mut events = world.app.watch_chat(chat).await.unwrap();
        let mut told = 0;
        let ended = loop {
            match next(&mut events).await {
                ChatEvent::Looping { .. } => told += 1,
                ChatEvent::End(message) => break message,
                _ => {}
            }
        };
        assert_eq!(told, 1);
        assert_eq!(reply(&ended).statistics.unwrap().closed_by, Some(closer));
        assert_eq!(reply(&ended).answer, "yes!");
    }
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_thinks_as_it_was_set_and_new_ones_as_their_model() {
    let world = World::new().await;
    let quick = Manner {
        quick: true,
        // Its likeliest words are an answer; others may be a thought all the same.
        taste: Taste {
            temperature: 0.0,
            ..Taste::default()
        },
        ..Manner::default()
    };
    let short = Manner {
        budget: Budget::Tokens(3),
        ..Manner::default()
    };
    world.app.set_manner(None, short).await.unwrap();
    let chat = world.app.send(None, "What is 2 + 2?", None).await.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let ended = end(&mut events).await;
    assert_eq!(reply(&ended).counts.thinking_tokens, 5);
    let closed_by = reply(&ended).statistics.unwrap().closed_by;
    assert_eq!(closed_by, Some(Closer::Budget));

    world.app.set_manner(Some(chat), quick).await.unwrap();
    let world = world.again().await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let ChatEvent::Snapshot { manner, .. } = next(&mut events).await else {
        panic!("no snapshot");
    };
    assert_eq!(manner, quick);
    world
        .app
        .send(Some(chat), "Who are you?", None)
        .await
        .unwrap();
    let ended = end(&mut events).await;
    assert_eq!(reply(&ended).thinking, "");
    assert!(!reply(&ended).answer.is_empty());
    // New chats of the model still think as it was set.
    let other = world.app.send(None, "What is 2 + 2?", None).await.unwrap();
    let mut events = world.app.watch_chat(other).await.unwrap();
    assert_eq!(reply(&end(&mut events).await).counts.thinking_tokens, 5);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_begins_while_a_reply_is_written() {
    let world = World::new().await;
    let how = how(endless("busy"), Governor::default());
    let (chat, first) = world.ask(None, "What is 2 + 2?").await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    world.app.send(Some(chat), "Hi", Some(how)).await.unwrap();
    words(&mut events).await;
    let question = first.parent.unwrap();
    let refusals = [
        world.app.ask_instead(question, "x").await,
        world.app.ask_again(first.id).await,
        world.app.go_on(first.id).await,
        world.app.think_more(first.id).await,
        world.app.show_branch(first.id).await,
    ];
    for refusal in refusals {
        assert_eq!(refusal.unwrap_err().code, Code::Busy);
    }
    let missing = world.app.ask_again(MessageId(999)).await.unwrap_err();
    assert_eq!(missing.code, Code::NotFound);
    world.app.stop(chat);
    end(&mut events).await;
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_context_is_told_and_nothing_is_lost() {
    let world = World::new().await;
    let mut how = surely();
    how.settings.context = Some(512);
    let (chat, _) = world.ask(None, "What is 1 + 1?").await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    next(&mut events).await;
    let mut left_out = Vec::new();
    for at in 0..24 {
        let question = format!("What is {at} + 2?");
        world
            .app
            .send(Some(chat), &question, Some(how.clone()))
            .await
            .unwrap();
        let ended = end(&mut events).await;
        assert_eq!(reply(&ended).answer, format!("{at} + 2 = {}.", at + 2));
        left_out.push(reply(&ended).statistics.unwrap().left_out);
    }
    assert_eq!(left_out[0], None);
    let last = left_out
        .last()
        .unwrap()
        .expect("512 tokens hold no 25 sums");
    assert!(left_out.is_sorted(), "{left_out:?}");
    let mut moves = left_out.clone();
    moves.dedup();
    assert!(moves.len() < 8, "the joint moves seldom: {left_out:?}");
    let messages = snapshot(&world, chat).await;
    assert_eq!(messages.len(), 50);
    let through = messages
        .iter()
        .position(|message| message.id == last)
        .unwrap();
    assert!(
        through % 2 == 1 && through > 1,
        "a reply behind the first: {through}"
    );
    world.app.close().await;
}
