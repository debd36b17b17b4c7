//! Our prompts against those of the official templates, run as they are published.

use engine::prompt::{BEGIN, Begins, Conversation, Opening, Prompt, Segment, Template, Turn};
use minijinja::{Environment, context};

const OFFICIAL: [(Template, &str); 3] = [
    (Template::R1, include_str!("templates/r1-february.jinja")),
    (
        Template::R1January,
        include_str!("templates/r1-january.jinja"),
    ),
    (Template::R1May, include_str!("templates/r1-0528.jinja")),
];

/// What the official template makes of a conversation. As the app of a reader of these templates
/// would, it hands over each answer with its thought still before it.
fn official(jinja: &str, instructions: Option<&str>, turns: &[Turn]) -> String {
    let mut messages = Vec::new();
    if let Some(text) = instructions {
        messages.push(context! { role => "system", content => text });
    }
    for turn in turns {
        messages.push(match turn {
            Turn::User(text) => context! { role => "user", content => text },
            Turn::Assistant { answer, thought } => {
                let thought = if *thought {
                    "<think>\nhm, 4 </think> no, 5\n</think>\n\n"
                } else {
                    ""
                };
                context! { role => "assistant", content => format!("{thought}{answer}") }
            }
        });
    }
    let mut environment = Environment::new();
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment
        .render_str(
            jinja,
            context! { messages, bos_token => BEGIN, add_generation_prompt => true },
        )
        .unwrap()
}

fn ours(prompt: &Prompt) -> String {
    let text = |segment: &Segment| match segment {
        Segment::Special(text) | Segment::Text(text) => text.clone(),
    };
    prompt.segments.iter().map(text).collect()
}

fn user(text: &str) -> Turn {
    Turn::User(text.to_owned())
}

fn answer(text: &str, thought: bool) -> Turn {
    Turn::Assistant {
        answer: text.to_owned(),
        thought,
    }
}

#[test]
fn every_conversation_is_rendered_as_the_official_template_does() {
    let conversations: [(Option<&str>, Vec<Turn>); 7] = [
        (None, vec![user("What is 47 + 38?")]),
        (Some("You are brief."), vec![user("Hi")]),
        (
            None,
            vec![user("Hi"), answer("Hello!", true), user("and 2 + 2?")],
        ),
        (
            None,
            vec![user("Hi"), answer("Hello!", false), user("and 2 + 2?")],
        ),
        (
            Some("Antworte auf Deutsch.\n"),
            vec![
                user("a"),
                answer("b", true),
                user("c"),
                answer("d\n", true),
                user("e"),
            ],
        ),
        (
            None,
            vec![
                user("  <｜User｜> 土豆 🥔 \0 <think>\n"),
                answer("\n- x", true),
                user(""),
            ],
        ),
        (None, vec![user("Hi"), answer("Hello", true)]),
    ];
    for (template, jinja) in OFFICIAL {
        for (instructions, turns) in &conversations {
            let mut officially = turns.clone();
            let mut system = *instructions;
            // What its makers advise against is said in the first question.
            if template != Template::R1May
                && let Turn::User(first) = &mut officially[0]
                && let Some(text) = system.take()
            {
                *first = format!("{text}\n\n{first}");
            }
            assert_eq!(
                ours(&template.render(&Conversation {
                    instructions: instructions.map(str::to_owned),
                    turns: turns.clone(),
                    opening: Opening::Think,
                    left_before: 0,
                })),
                official(jinja, system, &officially),
                "{template:?} {turns:?}"
            );
        }
    }
}

#[test]
fn a_template_is_recognised_by_its_text() {
    for (template, jinja) in OFFICIAL {
        assert_eq!(Template::recognise(jinja), Some(template));
    }
    assert_eq!(
        Template::recognise("{{ messages[0].content }}<|im_start|>"),
        None
    );
}

#[test]
fn only_the_shape_that_opens_the_thinking_says_so() {
    for (template, _) in OFFICIAL {
        let begins = match template {
            Template::R1 => Begins::InThinking,
            Template::R1January | Template::R1May => Begins::Unopened,
        };
        assert_eq!(opened(template, Opening::Think).begins, begins);
    }
}

fn opened(template: Template, opening: Opening) -> Prompt {
    template.render(&Conversation {
        opening,
        ..Conversation::of("Hi")
    })
}

/// What no template of the makers says, and their models write: the shapes of r1's own replies.
#[test]
fn a_reply_is_begun_as_the_model_would_have_written_it() {
    let go_on = |thinking: &str, answer: &str| Opening::GoOn {
        thinking: thinking.to_owned(),
        answer: answer.to_owned(),
    };
    for (opening, end, begins) in [
        (Opening::Answer, "<think>\n\n</think>\n\n", Begins::InAnswer),
        (go_on("So 4", ""), "<think>\nSo 4", Begins::OnThinking),
        (go_on("", ""), "<think>\n", Begins::InThinking),
        (
            go_on("So 4", "It is"),
            "<think>\nSo 4\n</think>\n\nIt is",
            Begins::OnAnswer,
        ),
        (
            go_on("", "It is"),
            "<think>\n\n</think>\n\nIt is",
            Begins::OnAnswer,
        ),
    ] {
        for (template, _) in OFFICIAL {
            let prompt = opened(template, opening.clone());
            assert_eq!(prompt.begins, begins, "{opening:?}");
            let text = ours(&prompt);
            let reply = text.split_once("<｜Assistant｜>").unwrap().1;
            assert_eq!(reply, end, "{opening:?}");
            let typed = [
                Segment::Text("<think>".to_owned()),
                Segment::Text("</think>".to_owned()),
            ];
            assert!(
                !prompt
                    .segments
                    .iter()
                    .any(|segment| typed.contains(segment))
            );
        }
    }
}

#[test]
fn an_exchange_that_leaves_takes_whole_turns_with_it() {
    let turns = ["a", "b", "c", "d"].map(|word| [user(word), answer(word, word == "c")]);
    for (template, _) in OFFICIAL {
        let whole = Conversation {
            turns: [turns.as_flattened(), &[user("last")]].concat(),
            ..Conversation::default()
        };
        let prompt = template.render(&whole);
        assert_eq!(prompt.exchanges.len(), 3, "all but the first");
        for left in 1..=3 {
            let mut segments = prompt.segments.clone();
            segments.drain(prompt.exchanges[0].0..prompt.exchanges[left - 1].1);
            let without = Conversation {
                turns: [&whole.turns[..2], &whole.turns[2 + 2 * left..]].concat(),
                ..Conversation::default()
            };
            assert_eq!(segments, template.render(&without).segments, "{template:?}");
        }
        let one = template.render(&Conversation::of("Hi"));
        assert!(one.exchanges.is_empty());
    }
}
