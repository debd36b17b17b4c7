//! When what was deleted goes for good.
//!
//! A clock alone is no witness that the time has passed: one that is set a year ahead by mistake would
//! empty the trash at the next start. So what goes is what was due already when it was looked the last
//! time, a day ago or more, by a clock that has not gone back since. A clock that is put right within
//! the day has then erased nothing, and what is due waits for a day more at most, or for the next start.
//!
//! Not here: how something is erased (`erase`).

use crate::Chats;
use crate::error::Error;

/// When it was looked the last time, in milliseconds, among the settings.
const LOOKED: &str = "chats.trash_looked_ms";

/// A wrong clock should be noticed within this time.
const DOUBT_MS: i64 = 24 * 60 * 60 * 1000;

impl Chats {
    /// Erases the chats, and the messages of other chats, that were deleted this long ago; see above for
    /// how sure of that one must be. To be called now and then. Returns how many chats went.
    pub fn empty_trash(&self, wait_ms: i64, now_ms: i64) -> Result<usize, Error> {
        let looked = self.setting(LOOKED)?.and_then(|ms| ms.parse::<i64>().ok());
        let mut erased = 0;
        if let Some(looked) = looked.filter(|looked| *looked <= now_ms) {
            if now_ms.saturating_sub(looked) < DOUBT_MS {
                return Ok(0);
            }
            erased = self.erase_deleted_before(looked.saturating_sub(wait_ms))?;
        }
        self.set_setting(LOOKED, &now_ms.to_string())?;
        Ok(erased)
    }
}
