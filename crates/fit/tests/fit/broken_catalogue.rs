//! What is refused of a catalogue that a person wrote: with its line, and the reason in words.

use fit::catalogue::{Catalogue, CatalogueError};

use crate::catalogue::first_model;

/// What `text` is refused for.
fn refused(text: &str) -> CatalogueError {
    match Catalogue::parse(text) {
        Ok(_) => panic!("this was taken:\n{text}"),
        Err(error) => error,
    }
}

/// Each: what stands in a good one, what stands there instead, how the line begins that is named,
/// and the reason.
#[rustfmt::skip]
const CASES: &[(&str, &str, &str, &str)] = &[
    // Not the form of the file.
    ("layers = 28", "layers = ", "layers = ", "string values must be quoted"),
    ("layers = 28", "layers = 28 28", "layers = 28 28", "string values must be quoted"),
    ("id = \"r1", "id = \"r1\nr1", "r1", "key with no value"),
    ("layers = 28", "layer = 28", "layer = 28", "unknown field `layer`"),
    ("\nlicence =", "\nlicense =", "license =", "unknown field `license`"),
    ("[[model.file]]", "[[model.files]]", "[[model.files]]", "unknown field `files`"),
    ("layers = 28", "layers = -1", "layers = -1", "invalid value"),
    ("layers = 28", "layers = \"28\"", "layers = ", "expected u32"),
    ("licence = \"MIT\"\n", "", "[[model]]", "missing field `licence`"),
    ("layers = 28\n", "", "[model.shape]", "missing field `layers`"),
    ("gpqa_diamond = 33.8\n", "", "[model.benchmarks]", "missing field `gpqa_diamond`"),
    ("[model.sampling]", "[model.tasting]", "[model.tasting]", "unknown field `tasting`"),
    // What is said of a model.
    ("id = \"r1-", "id = \"R1 ", "id = ", "an id is of lower-case"),
    ("name = \"R1 Distill Qwen 1.5B\"", "name = \" \"", "name = ", "`name` is empty"),
    ("{ en = \"Sums", "{ en = \"\", de = \"Sums", "good_for = ", "`good_for` has no `en` or an empty sentence"),
    ("{ en = \"Sums", "{ de = \"Sums", "good_for = ", "`good_for` has no `en` or an empty sentence"),
    ("licence = \"MIT\"", "licence = \"\"", "licence = ", "`licence` is empty"),
    ("base_licence = \"Apache-2.0\"", "base_licence = \"\"", "base_licence = ", "`base_licence` is empty"),
    ("repo = \"deepseek-ai/", "repo = \"https://huggingface.co/deepseek-ai/", "repo = ", "a repository is `owner/name`"),
    ("repo = \"deepseek-ai/", "repo = \"../", "repo = ", "a repository is `owner/name`"),
    ("\nparameters = 1_777_088_000", "\nparameters = 7_777_088_000", "parameters = ", "`parameters` is 7777088000, but `shape` adds up to 1777088000"),
    ("active_parameters = 1_777_088_000", "active_parameters = 0", "active_parameters", "`active_parameters` is not from 1"),
    ("template = \"r1-distill\"", "template = \"chatml\"", "template = ", "`template` is neither"),
    ("temperature = 0.6", "temperature = nan", "[model.sampling]", "`temperature` is not from 0 to 5"),
    ("top_p = 0.95", "top_p = 95.0", "[model.sampling]", "`top_p` is not above 0"),
    ("gpqa_diamond = 33.8", "gpqa_diamond = 338.0", "[model.benchmarks]", "a benchmark is in percent"),
    ("source = \"d", "source = \"\"\nsauce = \"d", "sauce", "unknown field `sauce`"),
    ("thinking_tokens = 700\n", "", "[model.reply]", "missing field `thinking_tokens`"),
    ("least_tokens = 400", "least_tokens = 0", "[model.reply]", "do not grow from 1 to 1000000"),
    ("least_tokens = 400", "least_tokens = 1_001", "[model.reply]", "do not grow from 1 to 1000000"),
    ("most_tokens = 3_000", "most_tokens = 999", "[model.reply]", "do not grow from 1 to 1000000"),
    ("most_tokens = 3_000", "most_tokens = 4_000_000_000", "[model.reply]", "do not grow from 1 to 1000000"),
    ("source = \"as R1", "source = \" \"\n#", "source = ", "`source` is empty"),
    // The shape.
    ("architecture = \"qwen2\"", "architecture = \"gpt2\"", "architecture", "`architecture` is none of"),
    ("layers = 28", "layers = 0", "layers = 0", "`shape.layers` is not from 1 to 512"),
    ("layers = 28", "layers = 100000", "layers = 100000", "`shape.layers` is not from 1 to 512"),
    ("layers = 28", "layers = 82", "parameters = ", "but `shape` adds up to"),
    ("embedding = 1_536", "embedding = 4_294_967_295", "embedding = ", "`shape.embedding` is not from 1 to 1048576"),
    ("kv_heads = 2", "kv_heads = 24", "kv_heads = ", "`shape.kv_heads` is not from 1 to 12"),
    ("kv_heads = 2", "kv_heads = 5", "kv_heads = ", "`heads` is not a multiple"),
    ("context = 131_072", "context = 0", "context = ", "`shape.context` is not"),
    ("vocabulary = 151_936", "vocabulary = 4_294_967_295", "vocabulary = ", "`shape.vocabulary` is not"),
    ("vocabulary =", "dense_layers = 29\nvocabulary =", "dense_layers", "`shape.dense_layers` is not from 0 to 28"),
    ("vocabulary =", "query_lora = 4_294_967_295\nvocabulary =", "query_lora", "`shape.query_lora` is not"),
    ("vocabulary =", "latent = { kv_lora = 512, rope = 64 }\nvocabulary =", "head_dim_k", "`head_dim_k` is kv_lora + rope"),
    ("vocabulary =", "latent = { kv_lora = 4_294_967_295, rope = 1 }\nvocabulary =", "latent", "`shape.latent.kv_lora` is not"),
    ("vocabulary =", "unpacked = { kv_heads = 1, head_dim_k = 1, head_dim_v = 1 }\nvocabulary =", "[model.shape]", "`shape.unpacked` needs"),
    ("vocabulary =", "experts = { count = 8, used = 9, shared = 0, feed_forward = 64 }\nvocabulary =", "experts", "`shape.experts.used` is not from 1 to 8"),
    ("vocabulary =", "experts = { count = 9, used = 8, shared = 0 }\nvocabulary =", "experts", "missing field `feed_forward`"),
    // The files.
    ("quant = \"Q4_0\"", "quant = \"Q4 0\"", "quant = ", "`quant` is of letters"),
    ("quant = \"Q4_0\"", "quant = \"Q4_0\"\nrevision = \"main\"", "revision", "a revision is of 40"),
    ("bytes = 1_068_807_776", "bytes = 0", "bytes = 0", "the size is not from"),
    ("bytes = 1_068_807_776", "about_bytes = 0", "about_bytes = 0", "the size is not from"),
    ("bytes = 1_068_807_776\n", "", "quant", "either `bytes` or `about_bytes`"),
    ("bytes = 1_068_807_776", "bytes = 1_068_807_776\nabout_bytes = 1_000_000_000", "quant", "either `bytes` or `about_bytes`"),
    ("sha256 = [\"b3", "sha256 = [\"b", "sha256", "a sha256 is of 64"),
    ("sha256 = [\"b3", "sha256 = [\"B3", "sha256", "a sha256 is of 64"),
    ("sha256 = [\"b3", "sha256 = [\"g3", "sha256", "a sha256 is of 64"),
    ("sha256 = [", "sha256 = [\"\", ", "quant", "`sha256` has 2 entries for 1 parts"),
    (".gguf\"", ".bin\"", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "path = \"../", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "path = \"/", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "path = \"a b/", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "path = \"x?y=", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "path = \"c:\\\\", "path", "`path` is not the path of a .gguf file"),
    ("path = \"", "parts = 1\npath = \"", "parts", "`parts` is not from 2"),
    ("path = \"", "parts = 70_000\npath = \"", "parts", "`parts` is not from 2"),
    ("path = \"", "parts = 2\npath = \"", "path", "`path` of 2 parts does not end in -{part}-of-00002.gguf"),
    ("Q4_0.gguf", "Q4_0-{part}-of-00002.gguf", "path", "write {part} for its number"),
    ("Q4_0.gguf", "Q4_0-00001-of-00002.gguf", "path", "write {part} for its number"),
    ("Q4_0.gguf\"", "{part}-of-00003.gguf\"\nparts = 2", "path", "`path` of 2 parts does not end in"),
    ("Q4_0.gguf\"", "{part}-of-00002.gguf\"\nparts = 2", "quant", "`sha256` has 1 entries for 2 parts"),
    ("sha256", "part_bytes = [5]\nsha256", "bytes", "`part_bytes` do not add up"),
    ("quant = ", "unpacked_cache = true\nquant = ", "quant", "`unpacked_cache` needs"),
];

#[test]
fn every_broken_rule_is_named_with_its_line() {
    let good = first_model();
    assert!(Catalogue::parse(&good).is_ok());
    for (from, to, line, reason) in CASES {
        // The file's own fields come last.
        let place = good.rfind(from);
        let place = place.unwrap_or_else(|| panic!("{from} is not in it"));
        let bad = format!("{}{to}{}", &good[..place], &good[place + from.len()..]);
        let error = refused(&bad);
        let named = bad
            .lines()
            .nth(error.line - 1)
            .unwrap_or("(behind the end)");
        assert!(error.reason.contains(reason), "{from} -> {to}: {error}");
        assert!(named.starts_with(line), "{from} -> {to}: {error}: {named}");
        assert!(
            error.column <= named.chars().count() + 1,
            "{error}: {named}"
        );
    }
}

#[test]
fn what_is_there_twice_is_refused_at_the_second() {
    let good = first_model();
    let lines = good.lines().count();
    let error = refused(&format!("{good}{good}"));
    assert_eq!(
        error.to_string(),
        format!(
            "line {}, column 6: the id `r1-distill-qwen-1.5b` appears twice",
            lines + 2
        )
    );
    let file = &good[good.find("[[model.file]]").unwrap()..];
    let other_case = file.replace("Q4_0\"", "q4_0\"");
    let error = refused(&format!("{good}{other_case}"));
    assert!(error.reason.contains("`q4_0` appears twice"), "{error}");
    assert_eq!(error.line, lines + 2);
    let first = good.replace("sha256", "default = true\nsha256");
    let second = file.replace("Q4_0", "Q5_0") + "default = true\n";
    let error = refused(&format!("{first}{second}"));
    assert!(
        error.reason.contains("a second file is the `default`"),
        "{error}"
    );
    let error = refused(&good[..good.find("[[model.file]]").unwrap()]);
    assert!(
        error.reason.contains("a model needs a `[[model.file]]`"),
        "{error}"
    );
}

/// The largest shape that the rules let through does not overflow on the way to being refused.
#[test]
fn absurd_shapes_are_counted_without_overflow() {
    let text = first_model()
        .replace("layers = 28", "layers = 512")
        .replace("embedding = 1_536", "embedding = 1_048_576")
        .replace("feed_forward = 8_960", "feed_forward = 1_048_576")
        .replace("heads = 12\nkv_heads = 2", "heads = 65_536\nkv_heads = 65_536")
        .replace("head_dim_k = 128", "head_dim_k = 65_536")
        .replace("head_dim_v = 128", "head_dim_v = 65_536")
        .replace("vocabulary = 151_936", "vocabulary = 4_194_304\nexperts = { count = 1_024, used = 1, shared = 1_024, feed_forward = 1_048_576 }");
    let error = refused(&text);
    assert!(error.reason.contains("`shape` adds up to"), "{error}");
}
