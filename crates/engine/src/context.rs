//! What leaves a conversation when the context is full: whole exchanges from its middle, the oldest
//! first. The first question with its answer stays, since it says what the chat is about, and so
//! does the latest.
//!
//! Pure. Not here: who tells the reader (`app`, which never lets it pass in silence).

/// Of the tokens that a conversation may take, this part is filled when something has to leave, so
/// that not every further question moves the joint: what stands behind it is computed anew then.
const REFILL: (u64, u64) = (3, 4);

/// How many exchanges leave.
///
/// `exchanges` are the lengths in tokens of those that may, the oldest first; `rest` is the length
/// of all that stays; `limit` is what the conversation may take. `before` exchanges left last time:
/// they stay away while that is enough. If not even the departure of all is enough, all leave.
pub fn leaving(exchanges: &[u32], rest: u32, limit: u32, before: u32) -> u32 {
    let all = u32::try_from(exchanges.len()).unwrap_or(u32::MAX);
    let length = |left: u32| {
        let staying = exchanges.iter().skip(left as usize);
        u64::from(rest) + staying.map(|tokens| u64::from(*tokens)).sum::<u64>()
    };
    let limit = u64::from(limit);
    let refilled = limit * REFILL.0 / REFILL.1;
    if length(0) <= refilled || (before == 0 && length(0) <= limit) {
        return 0;
    }
    let before = before.min(all);
    if length(before) <= limit {
        return before;
    }
    let fits = |limit| (before..=all).find(|left| length(*left) <= limit);
    fits(refilled).or_else(|| fits(limit)).unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_before_it_must() {
        assert_eq!(leaving(&[100, 100], 100, 300, 0), 0);
        assert_eq!(leaving(&[100, 100], 101, 300, 0), 1);
        assert_eq!(leaving(&[], 1000, 300, 0), 0);
    }

    #[test]
    fn what_left_stays_away_until_more_must_leave_and_then_makes_room() {
        let mut exchanges = vec![100; 8];
        let (mut left, mut moves) = (0, 0);
        for _ in 0..100 {
            let now = leaving(&exchanges, 200, 1000, left);
            let length = 200 + 100 * (exchanges.len() - now as usize);
            assert!(now >= left && length <= 1000);
            moves += u32::from(now != left);
            left = now;
            exchanges.push(100);
        }
        assert!((25..=40).contains(&moves), "{moves} moves in 100 questions");
    }

    #[test]
    fn a_larger_context_takes_all_back() {
        assert_eq!(leaving(&[100; 8], 200, 2000, 5), 0);
        // A little larger is not worth computing everything anew.
        assert_eq!(leaving(&[100; 8], 200, 1100, 5), 5);
    }

    #[test]
    fn the_least_leaves_that_is_enough_where_little_would_be_left() {
        // To three quarters it cannot come; to the limit it can.
        assert_eq!(leaving(&[100, 100, 100], 900, 1000, 0), 2);
        assert_eq!(leaving(&[100, 100, 100], 1001, 1000, 0), 3);
        assert_eq!(leaving(&[u32::MAX; 3], u32::MAX, u32::MAX, 9), 3);
    }
}
