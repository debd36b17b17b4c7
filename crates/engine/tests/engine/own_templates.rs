//! Models that are no R1: what is read off their templates, and prompts after it. The templates are ours, each
//! in the manner of a family; beside them R1's own as they are published, of which we know the right prompts.

use engine::prompt::{
    BEGIN, Begins, Conversation, END, Form, Opening, OwnTemplate, Segment, Shape, Template, Turn,
    Unfit, learn,
};
use time::macros::datetime;

fn learned(jinja: &str) -> Result<Form, Unfit> {
    learn(OwnTemplate {
        jinja,
        bos: "<s>",
        eos: "</s>",
        now: datetime!(2026-12-01 12:00 UTC),
    })
}

fn user(text: &str) -> Turn {
    Turn::User(text.to_owned())
}

fn answer(text: &str) -> Turn {
    Turn::Assistant {
        answer: text.to_owned(),
        thought: false,
    }
}

fn prompt(form: &Form, instructions: Option<&str>, opening: Opening) -> (String, Begins) {
    let prompt = Shape::Own(form.clone()).render(&Conversation {
        instructions: instructions.map(str::to_owned),
        turns: vec![user("Hi"), answer("Hello"), user("2 + 2?")],
        opening,
        left_before: 0,
    });
    (joined(&prompt.segments), prompt.begins)
}

fn joined(segments: &[Segment]) -> String {
    let text = |segment: &Segment| match segment {
        Segment::Special(text) | Segment::Text(text) => text.clone(),
    };
    segments.iter().map(text).collect()
}

const CHATML: &str = "
{%- for m in messages %}
<|im_start|>{{ m.role }}
{{ m['content'] | trim }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}
<|im_start|>assistant
{% endif %}";

/// The same with a switch, a thought of its own for each answer, and an end of its own loop.
const SWITCHED: &str = "
{%- macro close() %}{{- '<|im_end|>\\n' }}{% endmacro %}
{%- for m in messages %}
    {%- if loop.index0 > 500 %}{%- break %}{%- endif %}
    {{- '<|im_start|>' ~ m.role ~ '\\n' }}
    {%- if m.role == 'assistant' %}
        {%- generation %}
        {{- m.content.split('</think>')[-1].lstrip('\\n') }}
        {%- endgeneration %}
    {%- else %}
        {{- m.content }}
    {%- endif %}
    {{- close() }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}";

/// Takes no system text, calls the model by another name, and wants turns by turns.
const BY_TURNS: &str = "{{ bos_token }}
{%- if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}
{%- for m in messages %}
{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('not in turns') }}{% endif %}
<turn>{{ 'model' if m.role == 'assistant' else m.role }}
{{ m.content | trim }}</turn>
{% endfor %}
{%- if add_generation_prompt %}<turn>model
{% endif %}";

/// Says a system text in the last question, and ends answers alone.
const IN_THE_LAST: &str = "
{%- if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}
{%- else %}{% set rest = messages %}{% endif %}
{{- bos_token }}
{%- for m in rest %}
{%- if m['role'] == 'user' %}
{{- '[INST] ' + (system + '\\n\\n' if loop.last and system is defined else '') + m['content'] + '[/INST]' }}
{%- else %}{{- ' ' + m['content'] + eos_token }}{% endif %}
{%- endfor %}";

/// Tells the day in a system text that is always there.
const WITH_THE_DAY: &str = "{{- bos_token + '<|head|>system\\n\\nToday: ' + strftime_now('%d %b %Y') + '\\n' }}
{%- if messages[0].role == 'system' %}{{- messages[0].content.strip() }}{% set messages = messages[1:] %}{% endif %}
{{- '<|eot|>' }}
{%- for m in messages %}{{- '<|head|>' ~ m.role ~ '\\n\\n' ~ m.content ~ '<|eot|>' }}{% endfor %}
{%- if add_generation_prompt %}{{- '<|head|>assistant\\n\\n' }}{% endif %}";

/// Opens or closes the thought by a switch that is off by itself; its tokens are R1's.
const SWITCH_OF_V3: &str = "{% if not thinking is defined %}{% set thinking = false %}{% endif %}
{{- bos_token }}
{%- for m in messages %}
{%- if m.role == 'system' %}{{- m.content }}{% elif m.role == 'user' %}{{- '<｜User｜>' + m.content }}
{%- else %}{{- '<｜Assistant｜></think>' + m.content + '<｜end▁of▁sentence｜>' }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<｜Assistant｜>' }}{{- '<think>' if thinking else '</think>' }}{% endif %}";

/// For models that see pictures too.
const IN_PARTS: &str = "
{%- for m in messages %}
{{- '<|' ~ m.role ~ '|>' }}
{%- for part in m.content %}{%- if part.type == 'text' %}{{- part.text }}{% endif %}{% endfor %}
{{- '<|end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{% endif %}";

#[test]
fn prompts_are_what_each_template_writes() {
    let (think, quick) = (&Opening::Think, &Opening::Answer);
    for (name, jinja, instructions, opening, expected, begins) in [
        (
            "chatml",
            CHATML,
            Some("Be brief."),
            think,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n\
             Hello<|im_end|>\n<|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n",
            Begins::Unopened,
        ),
        (
            "chatml, quick: it knows no thoughts",
            CHATML,
            None,
            quick,
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n\
             <|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n",
            Begins::Unopened,
        ),
        (
            "switched",
            SWITCHED,
            None,
            quick,
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n\
             <|im_start|>user\n2 + 2?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
            Begins::InAnswer,
        ),
        (
            "by turns: the instructions stand in the first question",
            BY_TURNS,
            Some("Be brief."),
            think,
            "<s><turn>user\nBe brief.\n\nHi</turn>\n<turn>model\nHello</turn>\n\
             <turn>user\n2 + 2?</turn>\n<turn>model\n",
            Begins::Unopened,
        ),
        (
            "in the last: the same",
            IN_THE_LAST,
            Some("Be brief."),
            think,
            "<s>[INST] Be brief.\n\nHi[/INST] Hello</s>[INST] 2 + 2?[/INST]",
            Begins::Unopened,
        ),
        (
            "with the day",
            WITH_THE_DAY,
            Some("Be brief."),
            think,
            "<s><|head|>system\n\nToday: 01 Dec 2026\nBe brief.<|eot|><|head|>user\n\nHi<|eot|>\
             <|head|>assistant\n\nHello<|eot|><|head|>user\n\n2 + 2?<|eot|><|head|>assistant\n\n",
            Begins::Unopened,
        ),
        (
            "v3.1",
            SWITCH_OF_V3,
            None,
            think,
            "<s><｜User｜>Hi<｜Assistant｜></think>Hello<｜end▁of▁sentence｜><｜User｜>2 + 2?<｜Assistant｜><think>",
            Begins::InThinking,
        ),
        (
            "v3.1, quick",
            SWITCH_OF_V3,
            None,
            quick,
            "<s><｜User｜>Hi<｜Assistant｜></think>Hello<｜end▁of▁sentence｜><｜User｜>2 + 2?<｜Assistant｜></think>",
            Begins::InAnswer,
        ),
        (
            "as g42: it does not begin replies",
            "{% for m in messages %}<|im_start|>{{m.role}}\n{{m.content}}<|im_end|>\n{% endfor %}",
            None,
            think,
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n<|im_start|>user\n2 + 2?<|im_end|>\n\
             <|im_start|>assistant\n",
            Begins::Unopened,
        ),
        (
            "in parts",
            IN_PARTS,
            Some("Be brief."),
            think,
            "<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>Hello<|end|><|user|>2 + 2?<|end|><|assistant|>",
            Begins::Unopened,
        ),
    ] {
        let form = learned(jinja).unwrap_or_else(|why| panic!("{name}: {why}"));
        let found = prompt(&form, instructions, opening.clone());
        assert_eq!((found.0.as_str(), found.1), (expected, begins), "{name}");
    }
}

/// Of R1's own templates we know the prompts otherwise.
#[test]
fn by_its_own_template_an_r1_is_asked_as_by_ours() {
    let official = [
        (Template::R1, include_str!("templates/r1-february.jinja")),
        (
            Template::R1January,
            include_str!("templates/r1-january.jinja"),
        ),
        (Template::R1May, include_str!("templates/r1-0528.jinja")),
    ];
    for (template, jinja) in official {
        let form = learn(OwnTemplate {
            jinja,
            bos: BEGIN,
            eos: END,
            now: datetime!(2026-12-01 12:00 UTC),
        });
        let form = form.unwrap_or_else(|why| panic!("{template:?}: {why}"));
        for turns in [
            vec![user("Hi")],
            vec![user("Hi"), answer("Hello"), user("and 2 + 2?")],
            vec![
                user("a"),
                answer("b"),
                user("c"),
                answer("d\n"),
                user("<｜User｜>"),
            ],
        ] {
            for opening in [
                Opening::Think,
                Opening::Answer,
                Opening::GoOn {
                    thinking: "so 4".to_owned(),
                    answer: String::new(),
                },
                Opening::GoOn {
                    thinking: "so 4".to_owned(),
                    answer: "It".to_owned(),
                },
            ] {
                let conversation = Conversation {
                    turns: turns.clone(),
                    opening,
                    ..Conversation::default()
                };
                let theirs = Shape::Own(form.clone()).render(&conversation);
                let ours = template.render(&conversation);
                assert_eq!(
                    joined(&theirs.segments),
                    joined(&ours.segments),
                    "{template:?}"
                );
                assert_eq!(theirs.begins, ours.begins, "{template:?}");
                let early = Shape::Own(form.clone()).anticipate(&conversation);
                assert!(joined(&ours.segments).starts_with(&joined(&early.segments)));
            }
        }
    }
}

/// A template is a stranger's program.
#[test]
fn a_template_that_is_of_no_use_is_refused_in_words() {
    let doubles = "{% set n = namespace(s='x') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}";
    let repeats = "{{ 'x' * 9999999999 }}{{ messages[0].content }}";
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}{{ messages[0].content }}";
    let endless = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}{{ messages[0].content }}";
    let fails = |jinja: &str| match learned(jinja) {
        Err(Unfit::Fails(why)) => {
            assert!(why.len() <= 800 && !why.contains('\n'), "{why}");
        }
        other => panic!("{jinja}: {other:?}"),
    };
    for jinja in [
        doubles,
        repeats,
        loops,
        endless,
        "{% for m in messages %}",
        "{{ messages[0].content | no_such_filter }}",
        "{{ raise_exception('never\nhere') }}",
        "{{ 1 // 0 }}",
    ] {
        fails(jinja);
    }
    for (jinja, why) in [
        ("", Unfit::Alters),
        ("{{ messages[0].content }}", Unfit::Alters),
        (
            "{% for m in messages %}{{ m.content | length }}{% endfor %}",
            Unfit::Alters,
        ),
        (
            "{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}",
            Unfit::Alters,
        ),
        (
            "{% for m in messages | reverse %}{{ m.content }}{% endfor %}",
            Unfit::Alters,
        ),
        (
            "{% for m in messages %}{{ loop.index }}:{{ m.content }}{% endfor %}",
            Unfit::Unsteady,
        ),
    ] {
        assert_eq!(learned(jinja).unwrap_err(), why, "{jinja}");
    }
    let long = format!("{}{CHATML}", "x".repeat(300 << 10));
    assert!(matches!(learned(&long), Err(Unfit::TooLong(_))));
}

/// Whose own thought R1's form would close, or whose thought is switched otherwise.
#[test]
fn kin_with_the_same_tokens_are_not_asked_in_r1s_form() {
    assert_eq!(Template::recognise(SWITCH_OF_V3), None);
    let of_v3 = "{{ bos_token }}{% for m in messages %}{{ '<｜User｜>' if m.role == 'user' else '<｜Assistant｜>' }}\
                 {{ m.content }}{% endfor %}";
    assert_eq!(Template::recognise(of_v3), None);
}
