//! A fixed text as R1 writes: a thought in paragraphs with sums, lists and formulas, an answer with
//! everything that Markdown has. In pieces of a token's usual length.

/// Letters of a token in English prose, its space included, at most.
const TOKEN: usize = 5;

/// Paragraphs before the text begins again with other numbers.
const PARAGRAPHS: usize = 600;

/// The tokens of a long thought.
pub(crate) fn thinking() -> Vec<String> {
    tokens(thoughts())
}

/// The tokens of a long answer.
pub(crate) fn answer() -> Vec<String> {
    tokens(parts())
}

/// The paragraphs of a long thought.
pub(crate) fn thoughts() -> impl Iterator<Item = String> {
    (0..PARAGRAPHS).map(thought)
}

/// The parts of a long answer.
pub(crate) fn parts() -> impl Iterator<Item = String> {
    (0..PARAGRAPHS).map(part)
}

fn tokens(parts: impl Iterator<Item = String>) -> Vec<String> {
    let mut tokens = Vec::new();
    for part in parts {
        let letters: Vec<char> = part.chars().collect();
        let mut begin = 0;
        for at in 1..=letters.len() {
            let word_ends = letters
                .get(at)
                .is_none_or(|next| matches!(next, ' ' | '\n'));
            if word_ends || at - begin == TOKEN {
                tokens.push(letters[begin..at].iter().collect());
                begin = at;
            }
        }
    }
    tokens
}

fn thought(n: usize) -> String {
    let (a, b) = (n + 17, 3 * n + 8);
    match n % 8 {
        3 => format!(
            "Let me write this down:\n\n1. First, take \\(x_{{{n}}} = {a}\\).\n2. Then add {b}, which \
             gives **{}**.\n3. Check it: {a} + {b} = {}. Yes.\n\n",
            a + b,
            a + b
        ),
        5 => format!(
            "So the sum is\n\n\\[ \\sum_{{i=1}}^{{{a}}} i = \\frac{{{a} \\cdot {}}}{{2}} \\]\n\n",
            a + 1
        ),
        6 => format!(
            "Wait, is that right? If `n` is {a} then the remainder of {b} is {}, unless the question \
             means something else. Let me read it again.\nIt says \"at most {b}\".\nThen {a} counts.\n\n",
            b % a
        ),
        _ => format!(
            "Okay, so the next step is number {n}. If I begin with {a} and go on to {b}, every part of \
             the way has to be checked again, because the earlier result was found under another \
             assumption. Hmm, the person asked for the whole way and not only for its end, so I should \
             keep all intermediate results and name them. That makes {} of them so far, which is still \
             few enough to be told one after another. Alternatively, I could group them by what they \
             have in common, and then explain each group with one example of {a}.\n\n",
            a * b
        ),
    }
}

fn part(n: usize) -> String {
    let (a, b) = (n + 17, 3 * n + 8);
    match n % 7 {
        0 => format!("## Step {}: from {a} to {b}\n\n", n / 7 + 1),
        2 => format!(
            "| Step | From | To | Remark |\n|---:|---:|---:|:---|\n| {n} | {a} | {b} | *begins* here |\n\
             | {a} | {b} | {} | **holds** for all |\n| {b} | {} | {n} | see `f({n})` |\n\n",
            a + b,
            a * 2
        ),
        3 => format!(
            "```python\ndef step_{n}(values: list[int]) -> int:\n    \"\"\"Adds what is above {a}.\"\"\"\n    \
             total = 0\n    for value in values:\n        if value > {a}:\n            total += value * \
             {b}\n    return total\n\n\nprint(step_{n}([1, {a}, {b}]))\n```\n\n"
        ),
        4 => format!(
            "- The first reason is that **{a}** divides {b} only sometimes.\n- The second one:\n  - it \
             holds for \\(n = {n}\\),\n  - and for \\(n + 1\\).\n- The third is told [here](https://example.org/{n}).\n\n"
        ),
        5 => format!(
            "\\[\n\\int_0^{{{a}}} x^2 \\, dx = \\frac{{{a}^3}}{{3}} \\approx {}\n\\]\n\n",
            a * a * a / 3
        ),
        _ => format!(
            "What was found for {a} is true for {b} as well, since nothing in the argument depends on how \
             large the number is. *Only the order matters*: begin with the smallest, keep what is left \
             in `rest`, and stop as soon as it is below {n}. In the end there are {} of them.\n\n",
            a + b
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_text_and_about_as_long_as_a_model_writes_them() {
        let tokens = thinking();
        let text: String = thoughts().collect();
        assert_eq!(tokens.concat(), text);
        let longest = tokens.iter().map(|token| token.chars().count()).max();
        assert_eq!(longest, Some(TOKEN));
        assert!((3..=5).contains(&(text.chars().count() / tokens.len())));
    }
}
