//! The forms of the programs, each with the words that are right.

use serde_json::json;

use super::{Desk, chatgpt, fates, lines};

macro_rules! export {
    ($name:literal) => {
        include_bytes!(concat!("../exports/", $name, ".json"))
    };
}

const NO: &str = "";

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_chat_of_chatgpt_has_both_turns() {
    let (chat, taken) = Desk::only(export!("i01-chatgpt-voice")).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "How long do potatoes keep in a cellar?"),
            (
                Some(0),
                "assistant",
                NO,
                "Four to six months if it is dark and cool."
            ),
        ]
    );
    assert_eq!(chat["messages"][1]["model"], "gpt-4o");
    assert_eq!(taken.chats[0].left.recordings, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn deepseeks_own_export_comes_with_thoughts_in_both_forms() {
    let right = [
        (None, "user", NO, "土豆怎么保存?"),
        (Some(0), "assistant", "用户问保存方法。", "放在阴凉处。"),
    ];
    let (chat, _) = Desk::only(export!("i09-deepseek-fragments")).await;
    assert_eq!(lines(&chat), right);
    assert_eq!(chat["title"], "土豆保存");
    assert_eq!(chat["created_ms"], 1_740_794_400_123_i64);
    assert_eq!(chat["messages"][1]["model"], "deepseek-reasoner");
    // Before that: no fragments, and nobody says who speaks.
    let message = |content: &str, thought: Option<&str>| {
        json!({"files": [], "search_results": null, "model": "deepseek-reasoner",
        "reasoning_content": thought, "content": content, "inserted_at": "2025-02-01T10:00:01+08:00"})
    };
    let older = json!([{"id": "a", "title": "土豆保存", "inserted_at": "2025-02-01T10:00:00+08:00",
        "updated_at": "2025-02-01T10:05:00+08:00", "mapping": {
            "root": {"id": "root", "parent": null, "children": ["1"], "message": null},
            "1": {"id": "1", "parent": "root", "children": ["2", "3"], "message": message("土豆怎么保存?", None)},
            "2": {"id": "2", "parent": "1", "children": ["4"], "message": message("放在阴凉处。", Some("用户问保存方法。"))},
            "3": {"id": "3", "parent": "1", "children": [], "message": message("冰箱。", None)},
            "4": {"id": "4", "parent": "2", "children": ["5"], "message": message("多久?", None)},
            "5": {"id": "5", "parent": "4", "children": [], "message": message("四个月。", None)},
    }}]);
    let (chat, _) = Desk::only(older.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            right[0],
            right[1],
            (Some(1), "user", NO, "多久?"),
            (Some(2), "assistant", NO, "四个月。"),
            (Some(0), "assistant", NO, "冰箱。"),
        ]
    );
    // What its page is given.
    let page = json!({"code": 0, "data": {"biz_code": 0, "biz_data": {
    "chat_session": {"id": "e7", "title": "Page", "current_message_id": 3, "inserted_at": 1_763_826_110.639, "updated_at": 1_763_826_766.5},
    "chat_messages": [
        {"message_id": 1, "parent_id": null, "role": "USER", "inserted_at": 1_763_826_114.5,
         "fragments": [{"id": 1, "type": "REQUEST", "content": "Hi?"}]},
        {"message_id": 2, "parent_id": 1, "role": "ASSISTANT", "content": "Ho.", "thinking_content": "Hm.", "thinking_elapsed_secs": 2},
        {"message_id": 3, "parent_id": 1, "role": "ASSISTANT", "fragments": [
            {"type": "SEARCH", "results": []}, {"type": "THINK", "content": "Hmm.", "elapsed_secs": 1.5}, {"type": "RESPONSE", "content": "Hey."}]},
    ]}}});
    let (chat, taken) = Desk::only(page.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Hi?"),
            (Some(0), "assistant", "Hm.", "Ho."),
            (Some(0), "assistant", "Hmm.", "Hey."),
        ]
    );
    assert_eq!(
        (&chat["shown"], &chat["messages"][2]["thinking_ms"]),
        (&json!(2), &json!(1500))
    );
    assert_eq!(taken.chats[0].left.tools, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_open_webui_put_out_is_question_thought_and_answer() {
    let (chat, taken) = Desk::only(export!("i12-openwebui-output")).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Look at this"),
            (Some(0), "assistant", "Look closely.", "A potato."),
        ]
    );
    assert_eq!(taken.chats[0].left.pictures, 1);
    let (chat, _) = Desk::only(export!("i25-openwebui-escaped-thought")).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Is 2 < 3?"),
            (
                Some(0),
                "assistant",
                "Compare 2 < 3 & \"quotes\".\nalready quoted\n\nSo yes.",
                "Yes."
            ),
        ]
    );
    assert_eq!(chat["messages"][1]["thinking_ms"], 4000);
    let raw = json!([{"id": "x", "title": "Raw", "chat": {"history": {"currentId": "b", "messages": {
        "a": {"id": "a", "parentId": null, "childrenIds": ["b"], "role": "user", "content": "1 + 1?"},
        "b": {"id": "b", "parentId": "a", "childrenIds": [], "role": "assistant", "content": "<think>\nTwo.\n</think>\n\n2."},
    }}}}]);
    let (chat, _) = Desk::only(raw.to_string()).await;
    assert_eq!(lines(&chat)[1], (Some(0), "assistant", "Two.", "2."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_form_of_open_webui_stands_beside_the_new_one() {
    let desk = Desk::new().await;
    let taken = desk
        .bring(export!("i13-openwebui-old-messages"))
        .await
        .unwrap();
    assert_eq!(fates(&taken), ["added", "added"]);
    let chats = desk.chats().await;
    for (title, question) in [("Old list form", "Old?"), ("Newer", "New?")] {
        let chat = chats.iter().find(|chat| chat["title"] == title).unwrap();
        assert_eq!(
            lines(chat),
            [
                (None, "user", NO, question),
                (Some(0), "assistant", NO, "Yes.")
            ]
        );
    }
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_surrogate_is_a_lost_letter() {
    let (chat, _) = Desk::only(export!("i24-surrogate")).await;
    assert_eq!(chat["title"], "Half \u{FFFD} emoji");
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "cut \u{FFFD} here"),
            (Some(0), "assistant", NO, "ok"),
        ]
    );
    assert_eq!(chat["messages"][0]["created_ms"], 1_740_000_000_000_i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn chatgpt_says_its_words_and_hides_its_machinery() {
    let cite = "\u{E200}cite\u{E202}turn0search0\u{E201}";
    let say = |role: &str,
               recipient: &str,
               content: serde_json::Value,
               metadata: serde_json::Value| {
        json!({"author": {"role": role}, "create_time": null, "content": content, "metadata": metadata, "recipient": recipient})
    };
    let text = |words: &str| json!({"content_type": "text", "parts": [words]});
    let none = || json!({});
    let canvas =
        json!({"name": "Plan", "type": "document", "content": "# Cellar\n\nDig."}).to_string();
    let chat = json!([{"title": "Deep", "id": "deep", "create_time": 1_740_000_000.0, "current_node": "8",
        "default_model_slug": "o3", "mapping": {
        "0": {"parent": null, "children": ["1"], "message": say("system", "all", text(""), none())},
        "1": {"parent": "0", "children": ["2"], "message": say("user", "all", json!({"content_type": "user_editable_context", "user_profile": "A digger."}),
              json!({"is_visually_hidden_from_conversation": true}))},
        "2": {"parent": "1", "children": ["3"], "message": say("user", "all", json!({"content_type": "multimodal_text", "parts": [
              {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "Plan a cellar"]}),
              json!({"attachments": [{"name": "a.png", "mime_type": "image/png"}, {"name": "b.pdf", "mime_type": "application/pdf"}]}))},
        "3": {"parent": "2", "children": ["4"], "message": say("assistant", "all", json!({"content_type": "thoughts", "thoughts": [
              {"summary": "Looking at the soil", "content": "Sand is easy.", "chunks": [], "finished": true},
              {"summary": "Only this", "content": ""}]}), none())},
        "4": {"parent": "3", "children": ["5"], "message": say("assistant", "web", json!({"content_type": "code", "language": "unknown", "text": "search('cellar')"}), none())},
        "5": {"parent": "4", "children": ["6"], "message": say("tool", "all", text("results"), none())},
        "6": {"parent": "5", "children": ["7"], "message": say("assistant", "all", json!({"content_type": "reasoning_recap", "content": "Thought for 12 seconds"}),
              json!({"finished_duration_sec": 12}))},
        "7": {"parent": "6", "children": ["8"], "message": say("assistant", "canmore.create_textdoc", text(&canvas), none())},
        "8": {"parent": "7", "children": [], "message": say("assistant", "all", text(&format!("Dig it dry {cite}.")), json!({"content_references": [
              {"matched_text": cite, "alt": "([Soil](https://soil.example))"}]}))},
    }}]);
    let (chat, taken) = Desk::only(chat.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Plan a cellar"),
            (
                Some(0),
                "assistant",
                "**Looking at the soil**\n\nSand is easy.\n\n**Only this**",
                "**Plan**\n\n# Cellar\n\nDig.\n\nDig it dry ([Soil](https://soil.example))."
            ),
        ]
    );
    let answer = &chat["messages"][1];
    assert_eq!(
        (&answer["model"], &answer["thinking_ms"]),
        (&json!("o3"), &json!(12_000))
    );
    assert_eq!(answer["created_ms"], 1_740_000_000_000_i64);
    assert_eq!(chat["shown"], 1);
    assert_eq!(
        taken.chats[0].left.to_string(),
        "1 picture, 1 file, 2 tool messages"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lm_studio_keeps_versions_as_branches() {
    let block = |kind: Option<&str>, text: &str| {
        let style = kind.map(|kind| json!({"type": kind}));
        json!({"type": "contentBlock", "stepIdentifier": "1740000005000-0.5", "content": [{"type": "text", "text": text}],
            "style": style, "genInfo": {"indexedModelIdentifier": "lmstudio/deepseek-r1", "stats": {"stopReason": "eosFound"}}})
    };
    let chat = json!({"name": "Cellar", "pinned": true, "createdAt": 1_740_000_000_000_u64, "preset": "", "tokenCount": 9,
        "systemPrompt": "", "messages": [
        {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "How deep?"}]}], "currentlySelected": 0},
        {"versions": [
            {"type": "multiStep", "role": "assistant", "steps": [block(Some("thinking"), "<think>Frost.</think>"), block(None, "One metre."),
             {"type": "debugInfoBlock", "debugInfo": "x"}]},
            {"type": "multiStep", "role": "assistant", "steps": [block(None, "<think>\nClay.\n</think>\n\nTwo metres.")]}],
         "currentlySelected": 0},
        {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "Why?"}, {"type": "file", "fileIdentifier": "x", "fileType": "text/plain"}]}], "currentlySelected": 0},
    ]});
    let (chat, taken) = Desk::only(chat.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "How deep?"),
            (Some(0), "assistant", "Frost.", "One metre."),
            (Some(1), "user", NO, "Why?"),
            (Some(0), "assistant", "Clay.", "Two metres."),
        ]
    );
    assert_eq!((&chat["shown"], &chat["pinned"]), (&json!(2), &json!(true)));
    assert_eq!(chat["messages"][1]["model"], "lmstudio/deepseek-r1");
    assert_eq!(taken.chats[0].left.files, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_has_thoughts_files_and_what_it_wrote_beside() {
    let chat = json!([{"uuid": "c1", "name": "Cellar", "created_at": "2025-03-01T10:00:00.000000+00:00", "updated_at": "2025-03-01T10:05:00Z",
        "account": {"uuid": "u"}, "chat_messages": [
        {"uuid": "m1", "sender": "human", "text": "Read this", "content": [{"type": "text", "text": "Read this"}], "created_at": "2025-03-01T10:00:01Z",
         "attachments": [{"file_name": "soil.txt", "file_size": 4, "file_type": "txt", "extracted_content": "Sand"}], "files": [{"file_name": "a.png"}]},
        {"uuid": "m2", "sender": "assistant", "text": "", "created_at": "2025-03-01T10:00:02Z", "attachments": [], "files": [], "content": [
            {"type": "thinking", "thinking": "Sand falls in.", "start_timestamp": "2025-03-01T10:00:02Z", "stop_timestamp": "2025-03-01T10:00:04.5Z"},
            {"type": "text", "text": "Use boards."},
            {"type": "tool_use", "name": "web_search", "input": {"query": "boards"}}, {"type": "tool_result", "content": []},
            {"type": "tool_use", "name": "artifacts", "input": {"command": "create", "title": "Cut list", "type": "application/vnd.ant.code", "language": "python", "content": "print(4)"}}]},
    ]}]);
    let (chat, taken) = Desk::only(chat.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Read this"),
            (
                Some(0),
                "assistant",
                "Sand falls in.",
                "Use boards.\n\n**Cut list**\n\n```python\nprint(4)\n```"
            ),
        ]
    );
    assert_eq!(
        chat["messages"][0]["files"],
        json!([{"name": "soil.txt", "bytes": 4, "text": "Sand"}])
    );
    assert_eq!(chat["messages"][1]["thinking_ms"], 2500);
    assert_eq!(taken.chats[0].left.to_string(), "1 file, 1 tool message");
}

#[tokio::test(flavor = "multi_thread")]
async fn librechat_comes_flat_or_nested_however_long() {
    let message = |id: &str, parent: &str, user: bool, text: &str| {
        json!({"messageId": id, "parentMessageId": parent, "isCreatedByUser": user,
        "sender": if user { "User" } else { "R1" }, "text": text, "createdAt": "2024-05-28T18:08:55.014Z", "model": null})
    };
    let root = "00000000-0000-0000-0000-000000000000";
    let mut thought = message("b", "a", false, "");
    thought["content"] =
        json!([{"type": "think", "think": "Hm."}, {"type": "text", "text": {"value": "Yes."}}]);
    let flat = json!({"conversationId": "27b5", "endpoint": "deepseek", "title": "Flat", "branches": true, "recursive": false,
        "options": {"model": "deepseek-reasoner"}, "messages": [
            message("a", root, true, "Dig?"), thought, message("c", "a", false, ":::thinking\nHmm.\n:::\nNo.")]});
    let (chat, _) = Desk::only(flat.to_string()).await;
    assert_eq!(
        lines(&chat),
        [
            (None, "user", NO, "Dig?"),
            (Some(0), "assistant", "Hm.", "Yes."),
            (Some(0), "assistant", "Hmm.", "No."),
        ]
    );
    assert_eq!(chat["messages"][1]["model"], "deepseek-reasoner");
    // Each message within the one that it follows: deeper than any other JSON.
    let mut inner = json!([]);
    for at in (0..400).rev() {
        let mut next = message(&format!("m{at}"), root, at % 2 == 0, &format!("words {at}"));
        next["children"] = inner;
        inner = json!([next]);
    }
    let nested =
        json!({"conversationId": "28", "title": "Deep", "recursive": true, "messagesTree": inner});
    let (chat, _) = Desk::only(nested.to_string()).await;
    let all = lines(&chat);
    assert_eq!(all.len(), 400);
    assert_eq!(all[399], (Some(398), "assistant", NO, "words 399"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_parts_is_one_and_a_branch_is_another() {
    let desk = Desk::new().await;
    let mut chat = chatgpt("parts", &["Go", "One.", "More"]);
    chat["mapping"]["n1b"] = json!({"parent": "n1", "message": {"author": {"role": "assistant"}, "content": {"parts": ["Two."]}}});
    chat["mapping"]["n2"]["parent"] = json!("n1b");
    chat["mapping"]["n3"] = json!({"parent": "n2", "message": {"author": {"role": "assistant"}, "content": {"content_type": "code", "language": "python", "text": "x"}}});
    chat["current_node"] = json!("n1b");
    desk.bring(json!([chat]).to_string()).await.unwrap();
    let chats = desk.chats().await;
    assert_eq!(
        lines(&chats[0]),
        [
            (None, "user", NO, "Go"),
            (Some(0), "assistant", NO, "One.\n\nTwo."),
            (Some(1), "user", NO, "More"),
            (Some(2), "assistant", NO, "```python\nx\n```"),
        ]
    );
    assert_eq!(chats[0]["shown"], 1);
    desk.app.close().await;
}

/// What the model was told before every question is said in the chat here too.
#[tokio::test(flavor = "multi_thread")]
async fn instructions_of_a_chat_stay_its_instructions() {
    let told = "You are a farmer. Be brief.";
    let turn = |role: &str, text: &str| json!({"role": role, "content": text});
    let open_webui = |chat: serde_json::Value| json!([{"id": "o", "title": "O", "chat": chat}]);
    let lm_said = |role: &str, text: &str| {
        json!({"versions": [{"type": "singleStep", "role": role,
        "content": [{"type": "text", "text": text}]}], "currentlySelected": 0})
    };
    let jan_said = |id: &str, role: &str, text: &str| {
        json!({"id": id, "object": "thread.message", "thread_id": "t",
        "role": role, "created_at": 1_740_000_000, "content": [{"type": "text", "text": {"value": text}}]})
    };
    let custom = |content: serde_json::Value, metadata: serde_json::Value| {
        let mut chat = chatgpt("g", &["Dig?", "Yes."]);
        chat["mapping"]["n0"]["parent"] = json!("c");
        chat["mapping"]["c"] = json!({"parent": null, "message": {"author": {"role": "user"}, "content": content, "metadata": metadata}});
        json!([chat])
    };
    let context = |text: &str| json!({"content_type": "user_editable_context", "user_profile": "", "user_instructions": text});
    for (name, export) in [
        (
            "open webui, parameters",
            open_webui(
                json!({"params": {"system": told}, "messages": [turn("user", "Dig?"), turn("assistant", "Yes.")]}),
            ),
        ),
        (
            "open webui, of old",
            open_webui(json!({"system": told, "messages": [turn("user", "Dig?")]})),
        ),
        (
            "open webui, a message",
            open_webui(json!({"params": {"system": null}, "history": {"messages": {
            "s": {"id": "s", "parentId": null, "role": "system", "content": told},
            "a": {"id": "a", "parentId": "s", "role": "user", "content": "Dig?"}}}})),
        ),
        (
            "lm studio",
            json!({"name": "L", "createdAt": 1_740_000_000_000_u64, "systemPrompt": told, "messages": [lm_said("user", "Dig?")]}),
        ),
        (
            "lm studio, a message",
            json!({"name": "L", "createdAt": 1, "systemPrompt": "", "messages": [lm_said("system", told), lm_said("user", "Dig?")]}),
        ),
        (
            "librechat",
            json!({"conversationId": "l", "title": "L", "options": {"model": "m", "promptPrefix": told},
            "messages": [{"messageId": "a", "isCreatedByUser": true, "text": "Dig?"}]}),
        ),
        (
            "jan",
            json!({"id": "t", "object": "thread", "title": "J", "assistants": [{"instructions": told, "model": {"id": "m"}}],
            "messages": [jan_said("a", "user", "Dig?")]}),
        ),
        (
            "jan, a message",
            json!({"id": "t", "object": "thread", "title": "J", "assistants": [{"instructions": ""}],
            "messages": [jan_said("s", "system", told), jan_said("a", "user", "Dig?")]}),
        ),
        (
            "chatgpt",
            custom(
                context(told),
                json!({"is_visually_hidden_from_conversation": true}),
            ),
        ),
        (
            "chatgpt, in its own words",
            custom(
                context("The user provided this: …"),
                json!({"is_user_system_message": true,
            "user_context_message_data": {"about_user_message": "You are a farmer. ", "about_model_message": ""}}),
            ),
        ),
    ] {
        let (chat, taken) = Desk::only(export.to_string()).await;
        let right = if name.ends_with("own words") {
            "You are a farmer."
        } else {
            told
        };
        assert_eq!(chat["instructions"], right, "{name}");
        assert_eq!(lines(&chat)[0], (None, "user", NO, "Dig?"), "{name}");
        assert_eq!(taken.chats[0].left.to_string(), "", "{name}");
    }
    // More than is said with a question, and a second text that differs.
    let long =
        open_webui(json!({"system": "x".repeat(99_999), "messages": [turn("user", "Dig?")]}));
    let two = open_webui(
        json!({"system": told, "messages": [turn("system", "Sing."), turn("user", "Dig?")]}),
    );
    for (export, right) in [(long, ""), (two, told)] {
        let (chat, taken) = Desk::only(export.to_string()).await;
        assert_eq!(
            (&chat["instructions"], taken.chats[0].left.hidden),
            (&json!(right), 1)
        );
    }
}
