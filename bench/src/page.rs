//! What the page is asked, in its own language. Times are the page's own clock, so that no driver
//! stands between; `painted` is two frames after the elements are there.

/// Whether a question can be written.
pub const IS_USABLE: &str = "return document.querySelector('[data-testid=composer]') !== null;";

/// When a question can be written, in milliseconds since 1970.
pub const USABLE: &str = "
    while (!document.querySelector('[data-testid=composer]')) await new Promise(requestAnimationFrame);
    return Date.now();";

/// When the first words were painted, in milliseconds since 1970.
pub const FIRST_PAINT: &str = "
    for (;;) {
        const [paint] = performance.getEntriesByName('first-contentful-paint');
        if (paint) return performance.timeOrigin + paint.startTime;
        await new Promise(requestAnimationFrame);
    }";

/// When the list of chats is painted, in milliseconds since 1970.
pub const LISTED: &str = "
    while (document.querySelectorAll('[data-testid=chat-row]').length === 0) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return Date.now();";

/// Asks a question as the keyboard does.
pub const SEND: &str = "
    const field = document.querySelector('[data-testid=composer]');
    field.focus();
    field.value = 'Tell me everything.';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    setTimeout(() => field.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })), 50);";

/// Whether a thought is shown.
pub const IS_THINKING: &str =
    "return document.querySelector('[data-testid=thinking-toggle]') !== null;";

/// Whether a reply has words that comes behind so many others.
pub fn has_words(before: usize) -> String {
    format!(
        "const all = document.querySelectorAll('[data-testid=message-assistant]');
         return all.length > {before} && all[{before}].textContent.trim().length > 40;"
    )
}

/// Stops the reply that comes.
pub const STOP: &str = "document.querySelector('[data-testid=stop]').click();";

/// Opens the last thought.
pub const OPEN_THOUGHT: &str =
    "[...document.querySelectorAll('[data-testid=thinking-toggle]')].at(-1).click();";

/// Whether the last reply is in this state: `complete`, `stopped`.
pub fn is_last(state: &str) -> String {
    format!(
        "return [...document.querySelectorAll('[data-testid=message-assistant]')].at(-1)?.dataset.state === '{state}';"
    )
}

/// Begins to record the times between frames.
pub const RECORD: &str = "
    const mine = window.recorded = [];
    let last = performance.now();
    const frame = () => {
        if (window.recorded !== mine) return;
        const now = performance.now();
        mine.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);";

/// The times that were recorded, in milliseconds; ends the recording.
pub const RECORDED: &str = "
    const all = window.recorded ?? [];
    window.recorded = null;
    return all.map((time) => Math.round(time * 10) / 10);";

/// Waits until what is there is painted.
pub const TWO_FRAMES: &str = "
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);";

/// Scrolls the list of chats for three seconds, and tells the times between frames.
pub const SCROLL_LIST: &str = "
    const list = document.querySelector('nav');
    const times = [];
    let last = performance.now();
    const end = last + 3000;
    while (last < end) {
        list.scrollTop += 120;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    list.scrollTop = 0;
    return times;";

/// Scrolls the open chat upwards for three seconds, and tells the times between frames.
pub const SCROLL_CHAT: &str = "
    const log = document.querySelector('.log');
    const times = [];
    let last = performance.now();
    const end = last + 3000;
    while (last < end) {
        log.dispatchEvent(new WheelEvent('wheel'));
        log.scrollTop -= 120;
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    return times;";

/// Types a word into the search, a letter each tenth of a second; tells the time from its last letter
/// until the results are painted. Empties the field again.
pub const SEARCH: &str = "
    const field = document.querySelector('[data-testid=search]');
    field.focus();
    const type = (text) => {
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    };
    const took = [];
    for (const word of ['potatoes', 'remainder of', 'number 77']) {
        let begun = 0;
        for (let end = 1; end <= word.length; end += 1) {
            await new Promise((next) => setTimeout(next, 100));
            begun = performance.now();
            type(word.slice(0, end));
        }
        // Nothing more comes for a second and a half: the last change was the answer to the last letter.
        let changed = begun;
        const seen = new MutationObserver(async () => {
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            changed = performance.now();
        });
        seen.observe(document.querySelector('aside'), { subtree: true, childList: true, characterData: true, attributes: true });
        while (performance.now() < changed + 1500) await new Promise((next) => setTimeout(next, 50));
        seen.disconnect();
        took.push(changed - begun);
        await new Promise((next) => setTimeout(next, 300));
        type('');
        await new Promise((next) => setTimeout(next, 300));
    }
    return took;";

/// Opens the chat with many messages, and tells the time from the click until it is painted.
pub const OPEN_LONG: &str = "
    const row = [...document.querySelectorAll('[data-testid=chat-row]')]
        .find((row) => row.textContent.includes('The long chat'));
    const begun = performance.now();
    row.querySelector('.open').click();
    const isThere = () => document.querySelector('.log')?.textContent.includes('The last words of it.');
    while (!isThere()) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;";

/// Shows earlier messages, and tells the time until they are painted.
pub const EARLIER: &str = "
    while (!document.querySelector('.earlier')) await new Promise(requestAnimationFrame);
    const begun = performance.now();
    const count = () => document.querySelectorAll('[data-message]').length;
    const before = count();
    document.querySelector('.earlier').click();
    while (count() === before) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;";

/// Finds words that stand in the chat's first message, and tells the time until they are shown.
pub const FIND_FIRST: &str = "
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }));
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }));
    while (!document.querySelector('[data-testid=find]')) await new Promise(requestAnimationFrame);
    const field = document.querySelector('[data-testid=find]');
    field.focus();
    const begun = performance.now();
    field.value = 'the very first words';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    const told = () => document.querySelector('[data-testid=find-told]').textContent.trim();
    while (!told().includes('of')) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    const took = performance.now() - begun;
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
    return took;";

/// Asks a question, and tells the times between frames of the second and a half that follow.
pub const ASK: &str = "
    const field = document.querySelector('[data-testid=composer]');
    field.focus();
    field.value = 'And now?';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await new Promise((next) => setTimeout(next, 600));
    const times = [];
    let last = performance.now();
    const end = last + 1500;
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    while (last < end) {
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        times.push(now - last);
        last = now;
    }
    return times;";
