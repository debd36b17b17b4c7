//! `spud bench`: how fast a model is here, and what bounds it.

use std::process::ExitCode;

use app::fit::Way;
use app::fit::bytes::human;
use app::{
    BenchRun, Benched, Benching, EngineRoom, Failure, Home, Look, Progress, Settings, Spread,
    Trials,
};
use serde_json::{Value, json};

use crate::command::Bench;
use crate::console::{Console, STOPPED, To, complain_of};
use crate::interrupt;
use crate::machine::seen;

/// Measures, shows how far it is, and prints what came of it.
pub(crate) async fn run(wish: Bench) -> ExitCode {
    let (stopper, stop) = app::stop::stop();
    interrupt::stops(stopper.clone());
    let console = Console::new(stopper);
    let benched = measured(&wish, &stop, &console).await;
    console.status("");
    match benched {
        Ok(Some(benched)) => {
            let text = if wish.json {
                line(&benched).to_string()
            } else {
                words(&benched)
            };
            console.write(To::Output, &(text + "\n"));
            ExitCode::SUCCESS
        }
        Ok(None) => ExitCode::from(STOPPED),
        Err(failure) => complain_of(&failure),
    }
}

async fn measured(
    wish: &Bench,
    stop: &app::stop::Stop,
    console: &Console,
) -> Result<Option<Benched>, Failure> {
    let home = Home::find()?;
    let model = app::survey::named(&home, &wish.model)?;
    // What the memory gives has to be known, and must not be measured beside the engine. It blocks.
    tokio::task::block_in_place(|| seen(None, Look::Measure, stop, console))?;
    let mut settings = Settings::of_r1(1);
    settings.sampling.temperature = 0.0;
    settings.threads = wish.threads;
    let room = EngineRoom::new(&home);
    let mut tell = |benching| match benching {
        Benching::Progress(Progress::Loading(part)) => {
            if wish.json {
                let line = json!({ "type": "loading", "progress": part });
                console.write(To::Output, &format!("{line}\n"));
            }
            console.status(&format!("Loading the model {:.0} %", part * 100.0));
        }
        Benching::Progress(Progress::Note(note)) => console.aside(&format!("{note}\n")),
        Benching::Progress(_) => console.status("Warming up"),
        Benching::Trying => console.status("Trying threads and batches"),
        Benching::Run(run) => {
            if wish.json {
                console.write(To::Output, &format!("{}\n", line_of(&run)));
            }
            console.status(&format!(
                "Run {} of {}: prompt {:.1}, decode {:.1} tokens/s",
                run.run, run.of, run.prompt_per_second, run.decode_per_second
            ));
        }
    };
    app::bench(&room, &model, &settings, wish.tokens, stop, &mut tell).await
}

fn line_of(run: &BenchRun) -> Value {
    json!({
        "type": "run",
        "run": run.run,
        "of": run.of,
        "prompt_per_second": run.prompt_per_second,
        "decode_per_second": run.decode_per_second,
        "threads": run.threads,
        "gave_way": run.gave_way,
    })
}

fn line(benched: &Benched) -> Value {
    let spread = |spread: Spread| json!({ "least": spread.least, "median": spread.median, "most": spread.most });
    let allowed = benched.bound.and_then(|bound| bound.tokens_per_second);
    json!({
        "type": "bench",
        "prompt_per_second": spread(benched.prompt),
        "decode_per_second": spread(benched.decode),
        "bytes_per_token": benched.bound.map(|bound| bound.bytes_per_token),
        "memory_allows_per_second": allowed,
        "of_memory": allowed.map(|allowed| benched.decode.median / allowed),
        "threads": benched.threads,
        "gpus": benched.gpus,
        "context": benched.context,
        "load_ms": benched.load_ms,
        "runs": benched.runs,
        "gave_way": benched.gave_way,
        "tried": benched.trials.as_ref().map(|trials| {
            let one = |(way, rate): &(Way, f64)| json!({ "threads": way.threads, "tokens": way.tokens, "per_second": rate });
            trials.tried.iter().map(one).collect::<Vec<_>>()
        }),
        "chosen": benched.trials.as_ref().map(|trials| json!({
            "threads": trials.chosen.threads,
            "reading_threads": trials.chosen.reading_threads,
            "reading_tokens": trials.chosen.reading_tokens,
            "attention": name_of_attention(trials),
        })),
    })
}

/// What was tried, and what counts from the next load on.
fn trials_in_words(trials: &Trials) -> String {
    let rates = |of: &dyn Fn(&Way) -> bool, name: &dyn Fn(&Way) -> String| {
        let these = trials.tried.iter().filter(|(way, _)| of(way));
        let texts = these.map(|(way, rate)| format!("{} {rate:.1}", name(way)));
        texts.collect::<Vec<_>>().join(", ")
    };
    let chosen = trials.chosen;
    let writing = rates(&|way| way.tokens == 1, &|way| format!("{}:", way.threads));
    let reading = rates(&|way| way.tokens > 1, &|way| {
        format!("{} by {}:", way.threads, way.tokens)
    });
    let threads = format!(
        "threads    {} write ({writing}), {} read {} tokens at once ({reading}); from the next load on",
        chosen.threads, chosen.reading_threads, chosen.reading_tokens,
    );
    let Some(costs) = chosen.attention else {
        return threads;
    };
    format!(
        "{threads}\nattention  {}, as replies are so far; behind {} tokens plain takes {:.2} of flash's \
         time in writing, {:.2} in reading",
        name_of_attention(trials),
        costs.plain.behind,
        costs.plain.writing / costs.flash.writing,
        costs.plain.reading / costs.flash.reading,
    )
}

fn name_of_attention(trials: &Trials) -> &'static str {
    match trials.plain {
        Some(true) => "plain",
        Some(false) | None => "flash",
    }
}

fn words(benched: &Benched) -> String {
    let spread = |spread: Spread| {
        format!(
            "{:.1} tokens/s ({:.1} to {:.1})",
            spread.median, spread.least, spread.most
        )
    };
    let mut lines = vec![
        format!("prompt     {}", spread(benched.prompt)),
        format!("decode     {}", spread(benched.decode)),
    ];
    lines.push(match benched.bound {
        None => "bound      the model is so small that memory is not what bounds it".to_owned(),
        Some(bound) => {
            let bytes = human(bound.bytes_per_token);
            bound.tokens_per_second.map_or_else(
                || format!("bound      {bytes} a token; this memory was not measured"),
                |most| {
                    format!(
                        "bound      {bytes} a token: {:.0} % of the {most:.1} tokens/s that this \
                         memory allows",
                        100.0 * benched.decode.median / most
                    )
                },
            )
        }
    });
    let on = if benched.gpus.is_empty() {
        "the processor".to_owned()
    } else {
        benched.gpus.join(" and ")
    };
    lines.push(format!(
        "computed   on {on}, {}, {} tokens of context, loaded in {:.1} s, {} runs",
        match benched.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        },
        benched.context,
        std::time::Duration::from_millis(benched.load_ms).as_secs_f64(),
        benched.runs,
    ));
    lines.extend(benched.trials.as_ref().map(trials_in_words));
    if benched.gave_way > 0 {
        lines.push(format!(
            "note       other programs took cores in {} of {} runs: close them and measure again",
            benched.gave_way, benched.runs
        ));
    }
    lines.join("\n")
}
