//! One walk through every screen and state of a window, for whoever looks at all of them: the eye
//! (`screens`), and what checks a page (`access`).

use thirtyfour::Key;

use crate::window::Window;

/// What is done at each stop, by its name.
pub(crate) trait Visitor {
    async fn see(&mut self, window: &Window, name: &str);
}

/// Opens the menu or the like that a button of this name opens; closes it with Esc.
async fn over(window: &Window, opener: &str, shown: &str, name: &str, visitor: &mut impl Visitor) {
    window.tap(opener).await;
    window.one(shown).await;
    visitor.see(window, name).await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
}

/// Opens a chat of the list by its title.
pub(crate) async fn open_chat(window: &Window, title: &str) {
    let find = format!(
        "[...document.querySelectorAll('[data-testid=chat-row] .open')]
             .find((row) => row.querySelector('.title').textContent === {title:?})?.click()"
    );
    window.script(&find).await;
    window.is_titled("chat-title", title).await;
}

/// The whole walk, in a window on a home with `kept::few` in it, which nobody has asked anything.
pub(crate) async fn walk(window: &Window, visitor: &mut impl Visitor) {
    first(window, visitor).await;
    talk(window, visitor).await;
    read(window, visitor).await;
    lists(window, visitor).await;
    sheets(window, visitor).await;
}

/// The first screen, and the picker that it leads to.
async fn first(window: &Window, visitor: &mut impl Visitor) {
    window.one("first-best").await;
    visitor.see(window, "first").await;
    window.tap("first-pick").await;
    window.one("plan").await;
    visitor.see(window, "picker").await;
    window.tap("network-open").await;
    window.tap("connections-open").await;
    window.one("connections").await;
    window.scroll("connections").await;
    visitor.see(window, "picker-network").await;
    window.scroll("details").await;
    visitor.see(window, "picker-details").await;
    window.tap("picker-close").await;
}

/// A reply while it comes, stopped, and complete.
async fn talk(window: &Window, visitor: &mut impl Visitor) {
    window.ask_to_the_end("Hello, who are you?").await;
    let slowed = window.slow_down();
    window.ask("What is 847 + 138?").await;
    let look = async || (window.all("thinking-label").await.len() > 1).then_some(());
    window.until("thinking", look).await;
    // However long somebody looks, it thinks.
    slowed.hold(true);
    visitor.see(window, "thinking").await;
    window.tap("thinking-toggle").await;
    visitor.see(window, "thinking-open").await;
    window.write("And 2 + 2?").await;
    window.write(Key::Enter + "").await;
    window.one("queued").await;
    visitor.see(window, "queued").await;
    window.tap("unqueue").await;
    slowed.hold(false);
    window.clear_composer().await;
    window.tap("stop").await;
    window
        .becomes("message-assistant", "data-state", "stopped")
        .await;
    drop(slowed);
    visitor.see(window, "stopped").await;
    window.press(Key::Control + "n").await;
    window.one("example").await;
    visitor.see(window, "empty").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    visitor.see(window, "answered").await;
    window.tap("thinking-toggle").await;
    window.says("thinking-text", "7+8").await;
    visitor.see(window, "answered-open").await;
    window.tap("edit-question").await;
    window.one("question-edit").await;
    visitor.see(window, "edit").await;
    window.press(Key::Escape + "").await;
}

/// What a model writes, in both directions, and how it may end.
async fn read(window: &Window, visitor: &mut impl Visitor) {
    for (title, name) in [
        ("Sums of odd numbers", "everything"),
        ("لماذا المجموع مربع دائماً؟", "right-to-left"),
        ("מהו סכום המספרים?", "hebrew"),
        ("Cut off", "interrupted"),
        ("Too long", "length"),
        ("Failed", "failed"),
    ] {
        open_chat(window, title).await;
        if name == "everything" || name == "right-to-left" {
            window.tap("thinking-toggle").await;
            let drawn = "return document.querySelector('.katex, [data-testid=formula]') !== null";
            let look = async || (window.script(drawn).await == true).then_some(());
            window.until("a formula", look).await;
            window
                .script(
                    "const log = document.querySelector('.log');
                     log.dispatchEvent(new WheelEvent('wheel'));
                     log.scrollTo(0, 0);",
                )
                .await;
        }
        visitor.see(window, name).await;
    }
    open_chat(window, "Sums of odd numbers").await;
    window.press(Key::Control + "f").await;
    let field = window.one("find").await;
    field.send_keys("odd").await.unwrap();
    window.says("find-told", "5").await;
    visitor.see(window, "find").await;
    window.press(Key::Escape + "").await;
}

/// Menus, the search, and what is deleted.
async fn lists(window: &Window, visitor: &mut impl Visitor) {
    over(window, "manner", "manner-panel", "manner", visitor).await;
    over(window, "copy-menu", "copy-plain", "copy-menu", visitor).await;
    over(window, "model-button", "model-panel", "model", visitor).await;
    window.open_side().await;
    window.click_current("chat-menu").await;
    window.one("chat-menu-move").await;
    visitor.see(window, "chat-menu").await;
    window.tap("chat-menu-move").await;
    let name = window.one("folder-name").await;
    name.send_keys("Mathematics").await.unwrap();
    name.send_keys(Key::Enter + "").await.unwrap();
    window.one("folder").await;
    window.click_current("chat-menu").await;
    window.tap("chat-menu-move").await;
    window.one("folder-name").await;
    visitor.see(window, "folders").await;
    window.press(Key::Escape + "").await;
    window.press(Key::F2 + "").await;
    window.one("rename-input").await;
    visitor.see(window, "rename").await;
    window.press(Key::Escape + "").await;
    window.press(Key::Control + "k").await;
    window.has_focus("search").await;
    let field = window.one("search").await;
    field.send_keys("odd").await.unwrap();
    window.one("hit").await;
    visitor.see(window, "search").await;
    window.press(Key::Escape + "").await;
    open_chat(window, "Failed").await;
    window.click_current("chat-menu").await;
    window.tap("chat-menu-delete").await;
    window.one("undo").await;
    visitor.see(window, "undo").await;
    window.open_side().await;
    window.tap("trash-open").await;
    window.tap("trash-erase").await;
    window.one("trash-sure").await;
    visitor.see(window, "trash").await;
    window.tap("trash-close").await;
}

async fn sheets(window: &Window, visitor: &mut impl Visitor) {
    window.tap("instructions-open").await;
    let text = window.one("instructions-text").await;
    text.send_keys("Answer in one sentence.").await.unwrap();
    window.tap("sampling-open").await;
    visitor.see(window, "instructions").await;
    window.tap("instructions-close").await;
    window.press(Key::F1 + "").await;
    window.one("keys-close").await;
    visitor.see(window, "keys").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.press(Key::Control + ",").await;
    window.one("setting-theme").await;
    visitor.see(window, "settings").await;
    window.one("network-open").await;
    window
        .script("document.querySelector('dialog[open] [data-testid=network-open]').click()")
        .await;
    window.scroll("network-open").await;
    visitor.see(window, "settings-network").await;
    window.scroll("setting-reports").await;
    visitor.see(window, "settings-end").await;
    window.tap("setting-reports").await;
    window.one("report").await;
    visitor.see(window, "reports").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
}
