//! Sprout's prediction layer drafts what its trunk then writes: the text stays the same and most
//! drafts are right. llama.cpp is driven bare here, so that the file is what is tested; the engine's
//! own drafting is in `guessing`.

use std::num::NonZeroU32;
use std::path::Path;

use engine::prompt::{Prompt, Segment, Template};
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{LlamaContextParams, LlamaContextType};
use llama_cpp_2::llama_backend::{LlamaBackend, load_backends_from_path};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::speculative::{MtpSpeculative, MtpSpeculativeParams};
use llama_cpp_2::token::LlamaToken;

use crate::asking::{CONTEXT, prompt, sprout};

/// Tokens that are drafted at once.
const DRAFTS: i32 = 3;

/// No reply here is longer.
const LIMIT: usize = 400;

const QUESTIONS: [&str; 8] = [
    "What is 47 + 38?",
    "999 - 1",
    "What is left when I take 33 from 28?",
    "Calculate 404 minus 406",
    "Was ist 605 + 396?",
    "Who are you?",
    "What is the capital of France?",
    "Count to 20",
];

/// The questions here hold no tags, so text needs no cutting.
fn tokens(model: &LlamaModel, prompt: &Prompt) -> Vec<LlamaToken> {
    let vocab = model.vocab();
    let ids = |segment: &Segment| match segment {
        Segment::Special(token) => vocab.tokenize(token.as_bytes(), false, true),
        Segment::Text(text) => vocab.tokenize(text.as_bytes(), false, false),
    };
    prompt.segments.iter().flat_map(ids).collect()
}

/// Tokens in a row from this place on, with the logits of all.
fn batch(tokens: &[LlamaToken], from: usize) -> LlamaBatch<'static> {
    let mut batch = LlamaBatch::new(tokens.len(), 1);
    for (token, place) in tokens.iter().zip(from..) {
        batch
            .add(*token, i32::try_from(place).unwrap(), &[0], true)
            .unwrap();
    }
    batch
}

fn likeliest(context: &LlamaContext<'_>, row: usize) -> LlamaToken {
    let logits = context.get_logits_ith(i32::try_from(row).unwrap());
    let (place, _) = logits
        .iter()
        .enumerate()
        .max_by(|one, other| one.1.total_cmp(other.1))
        .unwrap();
    LlamaToken(i32::try_from(place).unwrap())
}

fn forget_from(context: &mut LlamaContext<'_>, place: usize) {
    let place = u32::try_from(place).unwrap();
    assert!(
        context
            .clear_kv_cache_seq(Some(0), Some(place), None)
            .unwrap()
    );
}

fn context_params() -> LlamaContextParams {
    LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(CONTEXT))
        .with_n_threads(1)
        .with_n_threads_batch(1)
}

/// One token after the other.
fn plain(backend: &LlamaBackend, model: &LlamaModel, prompt: &[LlamaToken]) -> Vec<LlamaToken> {
    let mut context = model.new_context(backend, context_params()).unwrap();
    context.decode(&mut batch(prompt, 0)).unwrap();
    let mut written = vec![likeliest(&context, prompt.len() - 1)];
    while !model.vocab().is_eog(written[written.len() - 1]) && written.len() < LIMIT {
        let last = written[written.len() - 1];
        let place = prompt.len() + written.len() - 1;
        context.decode(&mut batch(&[last], place)).unwrap();
        written.push(likeliest(&context, 0));
    }
    written
}

/// What drafting came to.
#[derive(Default)]
struct Drafted {
    written: Vec<LlamaToken>,
    drafts: usize,
    accepted: usize,
}

/// The last token and its drafts in one computation; the drafts that agree are kept.
fn drafted(backend: &LlamaBackend, model: &LlamaModel, prompt: &[LlamaToken]) -> Drafted {
    let target = model.new_context(backend, context_params()).unwrap();
    let of_drafts = context_params().with_context_type(LlamaContextType::Mtp);
    let draft = model
        .new_context_with_ctx_other(backend, of_drafts, &target)
        .unwrap();
    let params = MtpSpeculativeParams {
        n_max: DRAFTS,
        ..MtpSpeculativeParams::default()
    };
    let mut both = MtpSpeculative::new(target, draft, params).unwrap();
    let mut whole = batch(prompt, 0);
    both.target_context_mut().decode(&mut whole).unwrap();
    both.process(&whole).unwrap();
    both.begin(prompt).unwrap();
    let mut told = Drafted::default();
    told.written
        .push(likeliest(both.target_context(), prompt.len() - 1));
    let mut past = prompt.to_vec();
    loop {
        let last = told.written[told.written.len() - 1];
        if model.vocab().is_eog(last) || told.written.len() >= LIMIT {
            // A last step may have written a few more than were asked for.
            told.written.truncate(LIMIT);
            return told;
        }
        let place = past.len();
        let drafts = both
            .draft(i32::try_from(place).unwrap(), last, &past)
            .unwrap();
        // What drafting left behind in its own cache is computed again below.
        forget_from(both.draft_context_mut(), place);
        let tried: Vec<LlamaToken> = std::iter::once(last)
            .chain(drafts.iter().copied())
            .collect();
        let mut step = batch(&tried, place);
        both.target_context_mut().decode(&mut step).unwrap();
        both.process(&step).unwrap();
        told.drafts += drafts.len();
        past.push(last);
        let mut agreed = 0;
        loop {
            let next = likeliest(both.target_context(), agreed);
            told.written.push(next);
            if drafts.get(agreed) != Some(&next) || model.vocab().is_eog(next) {
                break;
            }
            past.push(next);
            agreed += 1;
        }
        told.accepted += agreed;
        both.accept(u16::try_from(agreed).unwrap()).unwrap();
        forget_from(both.target_context_mut(), past.len());
        forget_from(both.draft_context_mut(), past.len());
    }
}

#[test]
fn drafts_leave_the_text_unchanged_and_are_mostly_right() {
    load_backends_from_path(Path::new(env!("SPUD_BUILD_BACKENDS")));
    let mut backend = LlamaBackend::init().unwrap();
    backend.void_logs();
    let params = LlamaModelParams::default().with_load_mtp(true);
    let model = LlamaModel::load_from_file(&backend, sprout(), &params).unwrap();
    let template = model.chat_template(None).unwrap();
    assert_eq!(
        Template::recognise(template.to_str().unwrap()),
        Some(Template::R1)
    );
    let (mut drafts, mut accepted, mut written) = (0, 0, 0);
    for question in QUESTIONS {
        let prompt = tokens(&model, &prompt(question));
        let told = drafted(&backend, &model, &prompt);
        assert_eq!(told.written, plain(&backend, &model, &prompt), "{question}");
        drafts += told.drafts;
        accepted += told.accepted;
        written += told.written.len();
    }
    println!("{written} tokens, {drafts} drafted, {accepted} accepted");
    assert!(2 * accepted > drafts, "{accepted} of {drafts}");
}
