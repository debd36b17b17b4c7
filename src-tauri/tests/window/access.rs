//! What axe-core says of every screen and state, and whether everything can be reached by sideways
//! scrolling being needed nowhere: in light, in dark, narrow, and with text of twice the size.

use std::fmt::Write as _;

use app::{Preferences, Theme};
use serde_json::Value;

use crate::kept::{few, keep};
use crate::tour::{Visitor, walk};
use crate::window::{Opening, Window};

/// Runs axe where it was injected, all its rules or the named ones; what is not worse than moderate is advice.
const AXE: &str = "
    const [rules, done] = arguments;
    const least = rules.length || 10;
    axe.run(document, { resultTypes: ['violations'], preload: false, ...(rules.length && { runOnly: rules }) }).then(
        ({ violations, passes }) => done(violations.length + passes.length < least ? ['axe looked at nothing'] : violations
            .filter(({ impact }) => ['serious', 'critical'].includes(impact))
            .flatMap(({ id, impact, nodes }) => nodes.map((node) =>
                `${impact} ${id}: ${node.target.join(' ')}\\n      ${node.failureSummary}`))),
        (error) => done([`axe failed: ${error}`]));";

/// What is wider than the window, or is cut by it. What scrolls by itself may be as wide as it is.
const SIDEWAYS: &str = "
    const scrolls = (one) => one !== document.body &&
        (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    const name = (one) => `${one.tagName.toLowerCase()}.${one.className.baseVal ?? one.className}` +
        ` “${one.textContent.trim().slice(0, 30)}”`;
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    for (const one of document.querySelectorAll('body *')) {
        const box = one.getBoundingClientRect();
        const style = getComputedStyle(one);
        if (box.width === 0 || style.clipPath !== 'none' || style.visibility === 'hidden') continue;
        const isOut = box.left < -1 || box.right > innerWidth + 1;
        const isBox = /auto|scroll|hidden/.test(style.overflowX);
        if (isOut && !scrolls(one.parentElement)) found.push(`outside: ${name(one)}`);
        // A box of ours that scrolls only up and down has nothing at its sides.
        const isMeant = one.matches('pre, .wide, textarea, input, select') ||
            style.textOverflow === 'ellipsis';
        if (isBox && !isMeant && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
            found.push(`cut by ${one.scrollWidth - one.clientWidth}: ${name(one)}, by ${
                [...one.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right >
                    box.left + one.clientWidth + 1).map(name).slice(0, 3).join(', ')}`);
    }
    return found.slice(0, 8);";

/// What axe is asked. Its rules do not depend on the size of a window, and only some on the colours.
#[derive(Clone, Copy, Default, PartialEq)]
enum Axe {
    #[default]
    Nothing,
    Everything,
    Colours,
}

impl Axe {
    /// The rules to run; none stands for all.
    fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Nothing | Self::Everything => &[],
            Self::Colours => &["color-contrast"],
        }
    }
}

/// Gathers what is wrong at each stop.
#[derive(Default)]
struct Judge {
    axe: Axe,
    stops: usize,
    faults: String,
}

impl Judge {
    fn note(&mut self, name: &str, told: &Value) {
        let told = told.as_array().unwrap_or_else(|| panic!("no list: {told}"));
        for fault in told {
            writeln!(self.faults, "  {name}: {}", fault.as_str().unwrap()).unwrap();
        }
    }

    fn rules(&self, least: usize) {
        assert!(self.stops >= least, "only {} stops", self.stops);
        assert!(self.faults.is_empty(), "\n{}", self.faults);
    }
}

impl Visitor for Judge {
    async fn see(&mut self, window: &Window, name: &str) {
        self.stops += 1;
        if self.axe != Axe::Nothing {
            let rules = self.axe.rules().into();
            let told = window.web.execute_async(AXE, vec![rules]).await.unwrap();
            self.note(name, told.json());
        }
        let told = window.script(SIDEWAYS).await;
        self.note(name, &told);
    }
}

async fn judged(theme: Theme, text_percent: u32, size: (u32, u32), axe: Axe) {
    let mut opening = Opening::new();
    opening.size = size;
    let preferences = Preferences {
        theme,
        text_percent,
        ..Preferences::default()
    };
    keep(&opening, few(), preferences).await;
    let window = opening.open().await;
    window.resize(size).await;
    let mut judge = Judge {
        axe,
        ..Judge::default()
    };
    if axe != Axe::Nothing {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../ui/node_modules/axe-core/axe.min.js"
        );
        let source = std::fs::read_to_string(source).expect("axe-core: run `npm ci` in ui");
        window.script(&source).await;
    }
    walk(&window, &mut judge).await;
    if axe != Axe::Nothing {
        narrow(&window, &mut judge).await;
    }
    window.close().await;
    judge.rules(30);
}

/// The same window with hardly any room: the list lies over the conversation.
async fn narrow(window: &Window, judge: &mut Judge) {
    window.resize((400, 700)).await;
    judge.see(window, "narrow").await;
    window.click("side-toggle").await;
    window.one("new-chat").await;
    judge.see(window, "narrow-list").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_serious_in_light() {
    judged(Theme::Light, 100, (1080, 760), Axe::Everything).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_faint_word_in_dark() {
    judged(Theme::Dark, 100, (1080, 760), Axe::Colours).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_at_twice_the_size() {
    judged(Theme::Light, 200, (1080, 760), Axe::Nothing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_in_the_narrowest_window() {
    judged(Theme::Light, 100, (360, 640), Axe::Nothing).await;
}
