//! Words that want to be more than words, shown in the real window: nothing of them runs, nothing is
//! fetched, nothing of ours is called.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::{App, Home};
use serde_json::{Value, json};

use crate::window::{Opening, Window};

/// `HOST` becomes a listener on loopback; `OWN` a script that would show.
const TEXTS: &[&str] = &[
    // Scripts and event handlers.
    "<script>OWN</script>",
    "<script src=HOST/a.js></script>",
    "<SCRIPT SRC=HOST/b.js>",
    "<img src=x onerror=\"OWN\">",
    "<img src=HOST/c.png>",
    "<svg onload=\"OWN\">",
    "<svg><script>OWN</script></svg>",
    "<svg><animate onbegin=OWN attributeName=x dur=1s>",
    "<body onload=OWN>",
    "<details open ontoggle=OWN><summary>x</summary></details>",
    "<input autofocus onfocus=OWN>",
    "<video><source onerror=OWN></video>",
    "<audio src=HOST/d.mp3 autoplay onerror=OWN>",
    "<marquee onstart=OWN>x</marquee>",
    "<div style=\"animation:x\" onanimationstart=OWN>",
    "<math><mtext><img src=x onerror=OWN></mtext></math>",
    // Frames, forms, bases, styles.
    "<iframe src=HOST/e></iframe>",
    "<iframe srcdoc=\"<script>parent.OWN</script>\"></iframe>",
    "<object data=HOST/f></object><embed src=HOST/g>",
    "<form action=HOST/h><button>Send</button></form>",
    "<base href=HOST/>",
    "<link rel=stylesheet href=HOST/i.css>",
    "<style>@import 'HOST/j.css'; body { display: none }</style>",
    "<meta http-equiv=refresh content=\"0;url=HOST/k\">",
    "<div style=\"background:url(HOST/l)\">x</div>",
    // Links in all spellings.
    "[a](javascript:OWN)",
    "[a](JaVaScRiPt:OWN)",
    "[a](java\tscript:OWN)",
    "[a](java&#115;cript:OWN)",
    "[a](&#106;avascript:OWN)",
    "[a](\u{1}javascript:OWN)",
    "[a](vbscript:OWN)",
    "[a](data:text/html,<script>OWN</script>)",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](file:///etc/passwd)",
    "[a](tauri://localhost)",
    "[a](ipc://localhost/delete_chat)",
    "[a](http://ipc.localhost/delete_chat)",
    "[a](blob:HOST/x)",
    "[a](//evil.example)",
    "[a](https://bank.example@evil.example/)",
    "<javascript:OWN>",
    "[a][ref]\n\n[ref]: javascript:OWN",
    "<a href=\"javascript:OWN\">a</a>",
    // Images.
    "![a](HOST/m.png)",
    "![a](HOST/n.png \"onerror=OWN\")",
    "![a](data:image/svg+xml,<svg onload=OWN>)",
    "[![a](HOST/o.png)](javascript:OWN)",
    // Confused parsers.
    "<noscript><p title=\"</noscript><img src=x onerror=OWN>\">",
    "<math><mi><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=x onerror=OWN&gt;\">",
    "<svg></p><style><a title=\"</style><img src=x onerror=OWN>\">",
    "<!--><img src=x onerror=OWN>-->",
    "<![CDATA[<img src=x onerror=OWN>]]>",
    "`` <img src=x onerror=OWN> ``",
    "```html\n<script>OWN</script><img src=HOST/p onerror=OWN>\n```",
    "```\"><script>OWN</script>\ncode\n```",
    "| a | b |\n|---|---|\n| <img src=x onerror=OWN> | [x](javascript:OWN) |",
    "- <img src=x onerror=OWN>\n  - > <script>OWN</script>",
    "&lt;script&gt;OWN&lt;/script&gt; &#60;img src=x onerror=OWN&#62;",
    // Mathematics.
    "\\(\\href{javascript:OWN}{x}\\) \\(\\url{HOST/q}\\)",
    "$$\\includegraphics{HOST/r.png}$$",
    "\\[\\htmlStyle{background:url(HOST/s)}{x} \\htmlData{a=b}{x} \\htmlId{app}{x}\\]",
    "\\(\\text{<img src=x onerror=OWN>}\\) \\boxed{<script>OWN</script>}",
    "\\[\\def\\a{\\a\\a}\\a\\]",
    "\\[\\rule{99999em}{99999em}\\]",
    // Directions, tags of the model, long things.
    "\u{202e}gnp.exe\u{202c} \u{2066}x\u{2069} \u{200f}\u{feff}",
    "<think>OWN</think> <｜User｜> <｜end▁of▁sentence｜>",
    "{{constructor.constructor('OWN')()}} ${OWN} #{OWN} {@html '<script>OWN</script>'}",
    "__proto__ constructor toString\n\n```__proto__\nx\n```\n\n```constructor\nx\n```",
];

/// A chat in which each text is a question, a thought, an answer and the name of a model.
fn transcript(texts: &[String]) -> Value {
    let messages = texts.iter().enumerate().flat_map(|(at, text)| {
        let follows = |at: usize| at.checked_sub(1);
        [
            json!({"role": "user", "follows": follows(2 * at), "created_ms": 1, "text": text}),
            json!({"role": "assistant", "follows": 2 * at, "created_ms": 1, "text": text,
                   "thinking": text, "model": text, "state": "complete"}),
        ]
    });
    let messages: Vec<Value> = messages.collect();
    json!({"title": texts[3], "title_given": true, "created_ms": 1, "changed_ms": 1,
           "shown": messages.len() - 1, "messages": messages})
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_hostile_texts_do_nothing() {
    assert!(TEXTS.len() >= 60);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    std::thread::spawn(move || {
        for _ in listener.incoming() {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let texts: Vec<String> = TEXTS
        .iter()
        .map(|text| text.replace("HOST", &host))
        .map(|text| text.replace("OWN", "document.title='owned',window.owned=1"))
        .collect();
    let opening = Opening::new();
    let file = opening.home.path().join("hostile.json");
    let titles = texts.iter().map(|title| {
        json!({"title": title, "created_ms": 0, "changed_ms": 0, "shown": null, "messages": []})
    });
    let chats: Vec<Value> = titles.chain([transcript(&texts)]).collect();
    let form = json!({"form": "spud-chats", "version": 1, "written_ms": 1, "chats": chats});
    std::fs::write(&file, form.to_string()).unwrap();
    {
        let app = App::open(&Home::at(opening.home.path())).await.unwrap();
        let added = app.take_in(vec![file]).await.unwrap().ids();
        app.remember_chat(added.last().copied()).await.unwrap();
        app.close().await;
    }
    let window = opening.open().await;
    let count = format!(
        "return document.querySelectorAll('article').length === {}",
        texts.len()
    );
    // Older messages come in pages; then every thought is opened.
    window
        .until("all replies", async || {
            let more = "document.querySelector('.earlier')?.click()";
            window.script(more).await;
            (window.script(&count).await == true).then_some(())
        })
        .await;
    let unfold =
        "document.querySelectorAll('[data-testid=thinking-toggle]').forEach((it) => it.click())";
    window.script(unfold).await;
    window
        .until("KaTeX", async || {
            (!window.all("formula").await.is_empty()).then_some(())
        })
        .await;
    innocent(&window).await;
    // Search shows the same words once more.
    let search = "const it = document.querySelector('[data-testid=search]'); it.value = 'onerror';\
                  it.dispatchEvent(new Event('input', { bubbles: true }))";
    window.script(search).await;
    window.one("hit").await;
    innocent(&window).await;
    assert_eq!(calls.load(Ordering::Relaxed), 0, "something was fetched");
    window.close().await;
}

/// Nothing in the page is what only a hostile text would have made of it.
async fn innocent(window: &Window) {
    let look = "
        const page = document.querySelector('#app');
        const strange = [...page.querySelectorAll(
            ':is(.log, nav) form, script, img, iframe, object, embed, base, link, meta, style, video,' +
            'audio, source, marquee, animate, noscript, map, portal')].map((it) => it.outerHTML);
        const handlers = [...page.querySelectorAll('*')].filter((it) =>
            [...it.attributes].some(({ name, value }) =>
                name.startsWith('on') || (!['title', 'aria-label'].includes(name) &&
                    /javascript:|vbscript:|url\\(/i.test(value))));
        const links = [...page.querySelectorAll('a')].map((it) => it.getAttribute('href'))
            .filter((it) => it !== null && !/^(https?|mailto):/.test(it));
        const wide = [...page.querySelectorAll('.katex *')].filter((it) =>
            it.getBoundingClientRect().width > 5000).length;
        return JSON.stringify({
            strange, links, wide,
            handlers: handlers.map((it) => it.outerHTML.slice(0, 200)),
            owned: window.owned === undefined ? 0 : 1,
            title: document.title === 'owned' ? 1 : 0,
        })";
    let found = window.script(look).await;
    let expected =
        json!({"strange": [], "links": [], "wide": 0, "handlers": [], "owned": 0, "title": 0});
    let found: Value = serde_json::from_str(found.as_str().unwrap()).unwrap();
    assert_eq!(found, expected);
}
