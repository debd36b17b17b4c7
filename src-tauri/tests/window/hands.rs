//! The hands at the keyboard and the eyes on the focus: keys go to the window as a whole, wherever
//! the focus is, and never to an element.

use thirtyfour::{Key, TypingData};

use crate::window::Window;

/// Of what has the focus: its name, or its tag and label where it has none.
const FOCUSED: &str = "
    const it = document.activeElement;
    return it.dataset.testid ?? `${it.tagName.toLowerCase()} ${it.ariaLabel ?? it.className}`.trim()";

/// More than there are stops of Tab in any screen.
const STOPS: usize = 80;

impl Window {
    /// Presses keys: first the modifiers among them, which are held, then the others.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let keys: String = keys.into().as_vec().into_iter().collect();
        let held: Vec<char> = [Key::Control, Key::Shift, Key::Alt]
            .into_iter()
            .map(|key| key.value())
            .filter(|key| keys.contains(*key))
            .collect();
        let mut chain = self.web.action_chain();
        for key in &held {
            chain = chain.key_down(*key);
        }
        for key in keys.chars().filter(|key| !held.contains(key)) {
            chain = chain.key_down(key).key_up(key);
        }
        for key in &held {
            chain = chain.key_up(*key);
        }
        chain.perform().await.unwrap();
    }

    /// What has the focus.
    pub(crate) async fn focused(&self) -> String {
        let told = self.script(FOCUSED).await;
        told.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the focus is at what has this name.
    pub(crate) async fn has_focus(&self, name: &str) {
        let look = async || (self.focused().await == name).then_some(());
        self.until(&format!("the focus at {name}"), look).await;
    }

    /// Goes with this key until the focus is at what has this name, and sees on the way that the
    /// focus is somewhere, and that its place is seen.
    pub(crate) async fn go_by(&self, key: impl Into<TypingData>, name: &str) {
        let key: String = key.into().as_vec().into_iter().collect();
        let mut way = Vec::new();
        for _ in 0..STOPS {
            self.press(key.as_str()).await;
            self.sees_the_focus().await;
            way.push(self.focused().await);
            if way.last().is_some_and(|last| last == name) {
                return;
            }
        }
        panic!("{name} is not reached; the way was {way:?}");
    }

    pub(crate) async fn tab_to(&self, name: &str) {
        self.go_by(Key::Tab + "", name).await;
    }

    pub(crate) async fn tab_back_to(&self, name: &str) {
        self.go_by(Key::Shift + Key::Tab, name).await;
    }

    /// What has the focus is in view, and something is drawn differently for it: an outline, or the
    /// edge of the field that it is in.
    pub(crate) async fn sees_the_focus(&self) {
        let look = "
            const it = document.activeElement;
            if (it === document.body) return 'the focus is lost';
            const box = it.getBoundingClientRect();
            if (box.width === 0 || box.height === 0) return 'it has no size';
            if (box.bottom < 0 || box.top > innerHeight) return 'it is out of view';
            const isDrawn = (one) => {
                const style = getComputedStyle(one);
                return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
            };
            const sprout = getComputedStyle(document.documentElement).getPropertyValue('--sprout');
            const probe = document.createElement('i');
            probe.style.color = sprout;
            document.body.append(probe);
            const colour = getComputedStyle(probe).color;
            probe.remove();
            // A field shows it at the edge of its box.
            const isEdged = (one) => one !== null &&
                getComputedStyle(one).borderTopColor === colour;
            for (let one = it; one !== null; one = one.parentElement)
                if (getComputedStyle(one).opacity === '0') return 'it is transparent';
            const isSeen = isDrawn(it) || isEdged(it) || isEdged(it.parentElement);
            // A dialog that has it is itself what is seen.
            return isSeen || it.tagName === 'DIALOG' ? '' : 'nothing shows it';";
        let told = self.script(look).await;
        let at = self.focused().await;
        assert_eq!(told, "", "the focus is at {at}");
    }

    /// Waits until no sheet, panel or menu is open.
    pub(crate) async fn has_no_layer(&self) {
        let look = "return document.querySelector('dialog[open], :popover-open') === null";
        let closed = async || (self.script(look).await == true).then_some(());
        self.until("nothing over the window", closed).await;
    }

    /// Scrolls the last element with this name to the top of what scrolls it.
    pub(crate) async fn scroll(&self, name: &str) {
        let scroll = format!(
            "[...document.querySelectorAll('[data-testid={name}]')].at(-1)
                 .scrollIntoView({{ block: 'start' }})"
        );
        self.script(&scroll).await;
    }

    /// Makes the window as large as this, and waits until the page knows.
    pub(crate) async fn resize(&self, (width, height): (u32, u32)) {
        self.web.set_window_rect(0, 0, width, height).await.unwrap();
        let look = async || (self.script("return innerWidth").await == width).then_some(());
        self.until("the size", look).await;
    }

    /// Clicks what the page has by this name, whether or not it is in view: a walk is no test of reach.
    pub(crate) async fn tap(&self, name: &str) {
        self.one(name).await;
        let tap = format!("[...document.querySelectorAll('[data-testid={name}]')].at(-1).click()");
        self.script(&tap).await;
    }

    /// Shows the list of chats where there is no room for it beside the conversation.
    pub(crate) async fn open_side(&self) {
        let open = "
            const button = document.querySelector('[data-testid=side-toggle]');
            if (button.getClientRects().length > 0) button.click();";
        self.script(open).await;
        self.one("new-chat").await;
    }

    pub(crate) async fn clear_composer(&self) {
        self.one("composer").await.clear().await.unwrap();
    }

    /// Clicks the one with this name in the row of the open chat.
    pub(crate) async fn click_current(&self, name: &str) {
        let click = format!("document.querySelector('.current [data-testid={name}]').click()");
        self.script(&click).await;
    }
}
