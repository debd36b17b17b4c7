//! A home with chats in it: what was asked and answered before the window is opened, in the form in
//! which people keep copies.

use app::chats::Chats;
use app::{App, Home, Preferences};
use serde_json::{Value, json};

use crate::window::Opening;

/// Any day that is over.
const DAY_MS: i64 = 1_764_000_000_000;

/// Every block that a model writes, and a result in its box.
pub(crate) const EVERYTHING: &str = "## The way there\n\nThe sum of the first *n* odd numbers is \
    \\(n^2\\), which **induction** shows:\n\n1. For \\(n = 1\\) both sides are 1.\n2. One more adds \
    `2n + 1`:\n   - to the left by definition,\n   - to the right since \\((n+1)^2 - n^2 = 2n+1\\).\n\n\
    | n | Sum | Square |\n|--:|--:|:--|\n| 1 | 1 | 1² |\n| 2 | 4 | 2² |\n| 3 | 9 | 3² |\n\n\
    ```python\ndef odd_sum(n: int) -> int:\n    # One line, whatever its length: it scrolls by itself.\n    \
    return sum(2 * k + 1 for k in range(n))  # and this goes on far beyond what is seen at once\n```\n\n\
    > A square grows by an odd number.\n\n- [x] checked up to 1,000\n- [ ] proved by a picture\n\n\
    $$\\sum_{k=0}^{n-1} (2k+1) = \\boxed{n^2}$$\n\nMore: <https://en.wikipedia.org/wiki/Square_number>.";

/// What is kept of engines that ended by themselves.
const REPORTS: [(&str, &str); 2] = [
    (
        "engine-2026-11-24T09-15-02.120Z.txt",
        "Spud 0.1.0: an engine ended by itself. This report is kept here alone and never sent.\n\n\
         when      2026-11-24T09:15:02.120Z\n\
         what      engine stopped: it gave up (SIGABRT); its last words were `GGML_ASSERT(a) failed`\n\
         doing     writing a reply\nran for   12.4 s\n\
         model     \"DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf\", 4.4 GiB of weights, 28 layers\n\
         plan      4096 tokens of context, cache f16, 4 threads, 128 tokens at once, on the \
         processor, 5.1 GiB of memory\n\n\
         The engine's last words, the newest at the end:\nGGML_ASSERT(a) failed\n",
    ),
    (
        "engine-2026-11-23T20-01-44.007Z.txt",
        "what      engine stopped: killed by the system, because the memory ran out\n",
    ),
];

/// A thought of several steps.
const THOUGHT: &str = "The user wants to know why. Let me try small ones first.\n\n1, 1 + 3 = 4, \
    1 + 3 + 5 = 9: squares.\n\nWait, does that go on? One more odd number is 2n + 1, and \
    (n+1)² - n² = 2n + 1. Yes.";

const ARABIC: &str = "## الخلاصة\n\nمجموع الأعداد الفردية الأولى هو مربع عددها، كما في `odd_sum(3)`:\n\n\
    1. نبدأ بالعدد 1.\n2. نضيف 3 فيصير المجموع 4 (وهو 2²).\n\n- أولاً: الحساب!\n- ثانياً: البرهان?\n\n\
    | العدد | المجموع |\n|---|---|\n| ١ | ١ |\n| ٢ | ٤ |\n\n```python\nprint(sum([1, 3, 5]))\n```\n\n\
    > اقتباس قصير.\n\n$$1 + 3 + 5 = \\boxed{9}$$";

/// Whether what was typed and not sent is on disk, for any chat or the next one.
pub(crate) fn has_draft(opening: &Opening, draft: &str) -> bool {
    let home = Home::at(opening.home.path());
    let chats = Chats::open(home.data(), DAY_MS).unwrap().chats;
    let rows = chats.rows().unwrap();
    let all = rows.iter().map(|row| Some(row.id)).chain([None]);
    all.into_iter()
        .any(|chat| chats.draft(chat).unwrap() == draft)
}

/// A reply that has ended so.
fn reply(text: &str, thinking: &str, more: &Value) -> Value {
    let mut reply = json!({
        "role": "assistant", "follows": 0, "created_ms": DAY_MS, "text": text, "thinking": thinking,
        "model": "DeepSeek R1 Distill Qwen 1.5B", "state": "complete", "ended_ms": DAY_MS + 21_000,
        "thinking_tokens": 214, "answer_tokens": 188, "thinking_ms": 12_000, "answer_ms": 9_000,
        "cost": {"prompt_tokens": 31, "cached_tokens": 0, "decode_per_second": 19.2, "seed": 7},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        reply[key] = value.clone();
    }
    reply
}

/// A chat of one question.
pub(crate) fn chat(title: &str, question: &str, reply: &Value) -> Value {
    let asked = json!({"role": "user", "follows": null, "created_ms": DAY_MS, "text": question});
    json!({"title": title, "title_given": true, "created_ms": DAY_MS, "changed_ms": DAY_MS,
           "shown": 1, "messages": [asked, reply]})
}

/// Chats as they are read: everything that a model writes, from right to left, ended in no good way.
pub(crate) fn few() -> Vec<Value> {
    let why = "Why is the sum of the first odd numbers always a square?";
    let failed = json!({"state": "failed", "failure": {"code": "engine_crashed",
        "message": "The engine stopped working.", "hint": "Ask again: a fresh one starts."}});
    vec![
        chat(
            "Sums of odd numbers",
            why,
            &reply(EVERYTHING, THOUGHT, &json!({})),
        ),
        chat(
            "لماذا المجموع مربع دائماً؟",
            "لماذا مجموع الأعداد الفردية الأولى مربع دائماً؟ (اشرح من فضلك!)",
            &reply(
                ARABIC,
                "المستخدم يسأل: لماذا؟\n\nنجرب أولاً: 1 + 3 = 4.",
                &json!({}),
            ),
        ),
        chat(
            "מהו סכום המספרים?",
            "מהו סכום המספרים 1, 3 ו-5?",
            &reply("הסכום הוא **9**, כלומר `3 * 3`.", "", &json!({})),
        ),
        chat(
            "Cut off",
            why,
            &reply("Since", THOUGHT, &json!({"state": "interrupted"})),
        ),
        chat(
            "Stopped",
            why,
            &reply("Since", THOUGHT, &json!({"state": "stopped"})),
        ),
        chat(
            "Too long",
            why,
            &reply(EVERYTHING, THOUGHT, &json!({"state": "length"})),
        ),
        chat("Failed", why, &reply("Since", THOUGHT, &failed)),
    ]
}

/// More chats than the list can show, some in folders, with titles of all kinds.
pub(crate) fn crowd() -> Vec<Value> {
    let answer = reply("42.", "", &json!({}));
    let titles = [
        "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle",
        "A question that somebody wrote without a pause, over and over, until no list could hold it",
        "为什么前几个奇数之和总是一个平方数，应该怎样证明给没有学过数学归纳法的人看",
        "🥔",
        "https://example.org/a/very/long/address/without/any/place/to/break/it?and=more",
    ];
    let mut chats = few();
    for at in 0..60_usize {
        let title = titles
            .get(at)
            .map_or_else(|| format!("Question {at}"), |&title| title.to_owned());
        let mut made = chat(&title, &title, &answer);
        let folder = [
            "Work",
            "A folder whose name is longer than the list is wide",
            "数学",
        ];
        made["folder"] = folder.get(at % 6).map_or(Value::Null, |&name| json!(name));
        made["pinned"] = json!(at == 7 || at == 9);
        chats.push(made);
    }
    chats
}

/// Puts chats and preferences into a home that no window has opened yet.
pub(crate) async fn keep(opening: &Opening, chats: Vec<Value>, preferences: Preferences) {
    let file = opening.home.path().join("kept.json");
    let form = json!({"form": "spud-chats", "version": 1, "written_ms": DAY_MS, "chats": chats});
    std::fs::write(&file, form.to_string()).unwrap();
    let app = App::open(&Home::at(opening.home.path())).await.unwrap();
    // A file without chats is refused.
    if form["chats"] != json!([]) {
        app.take_in(vec![file]).await.unwrap();
    }
    app.set_preferences(preferences).await.unwrap();
    app.close().await;
    let folder = opening.home.path().join("crashes");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in REPORTS {
        std::fs::write(folder.join(name), text).unwrap();
    }
}
