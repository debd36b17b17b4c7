//! Quantisations in names of files, however publishers spell them.

/// What of a name says how a model is quantised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelled {
    /// As Spud writes it: `Q4_K_M`, `UD-Q4_K_XL`, `F16`.
    pub(crate) quant: String,
    /// Whether an importance matrix is told by `i1-`.
    pub(crate) weighed: bool,
    /// Where it stands in the name, with what belongs to it.
    pub(crate) place: std::ops::Range<usize>,
}

/// What may follow a kind and its digit behind `_`.
const ENDINGS: [&str; 17] = [
    "K", "KM", "S", "M", "L", "XS", "XXS", "XL", "XXL", "NL", "KS", "KSS", "KL", "KT", "P", "R4",
    "R8",
];

/// The last one in a name; they stand at its end, before what a publisher adds.
pub(crate) fn spelled(name: &str) -> Option<Spelled> {
    let upper = name.to_ascii_uppercase();
    let mut starts = (0..upper.len()).rev().filter(|&at| is_edge(&upper, at));
    let (start, end, quant) = starts.find_map(|at| {
        let (length, quant) = match_at(upper.get(at..)?)?;
        Some((at, at + length, quant))
    })?;
    let before = &upper[..start];
    let mark = |mark: &str| {
        let rest = before
            .strip_suffix(['-', '_', '.', ' '])?
            .strip_suffix(mark)?;
        is_edge(&upper, rest.len()).then_some(rest.len())
    };
    let (dynamic, weighed) = (mark("UD"), mark("I1"));
    let quant = if dynamic.is_some() {
        format!("UD-{quant}")
    } else {
        quant
    };
    Some(Spelled {
        quant,
        weighed: weighed.is_some(),
        place: dynamic.or(weighed).unwrap_or(start)..end,
    })
}

/// Whether every llama.cpp of today reads it; other programs have forms of their own.
pub(crate) fn is_usual(quant: &str) -> bool {
    let quant = quant.strip_prefix("UD-").unwrap_or(quant);
    let own = [
        "_KS", "_KSS", "_KT", "_KL", "_R4", "_R8", "_4_4", "_4_8", "_8_8",
    ];
    let iq = quant
        .strip_prefix("IQ")
        .is_some_and(|rest| rest.get(1..).is_some_and(|rest| rest.starts_with("_K")));
    spelled(quant).is_some() && !iq && !own.iter().any(|end| quant.ends_with(end))
}

/// Whether a word can begin here.
fn is_edge(text: &str, at: usize) -> bool {
    let Some((before, _)) = text.split_at_checked(at) else {
        return false;
    };
    before
        .chars()
        .next_back()
        .is_none_or(|char| !char.is_ascii_alphanumeric())
}

/// A quantisation at the start of a text in capitals: its length there, and its usual spelling.
fn match_at(text: &str) -> Option<(usize, String)> {
    for (spelled, usual) in [
        ("BF16", "BF16"),
        ("FP16", "F16"),
        ("F16", "F16"),
        ("FP32", "F32"),
        ("F32", "F32"),
        ("MXFP4_MOE", "MXFP4_MOE"),
        ("MXFP4", "MXFP4"),
        ("NVFP4", "NVFP4"),
    ] {
        if text.starts_with(spelled) && ends_at(text, spelled.len()) {
            return Some((spelled.len(), usual.to_owned()));
        }
    }
    let kind = ["IQ", "TQ", "Q"]
        .into_iter()
        .find(|kind| text.starts_with(kind))?;
    let digit = text[kind.len()..]
        .chars()
        .next()
        .filter(char::is_ascii_digit)?;
    let mut length = kind.len() + 1;
    let mut quant = format!("{kind}{digit}");
    // `Q4KM` and `iQ3m`, without a line between.
    let joined: &[(&str, &str)] = match kind {
        "Q" => &[("KM", "_K_M"), ("KS", "_K_S"), ("KL", "_K_L"), ("K", "_K")],
        "IQ" => &[
            ("XXS", "_XXS"),
            ("XS", "_XS"),
            ("NL", "_NL"),
            ("S", "_S"),
            ("M", "_M"),
        ],
        _ => &[],
    };
    for (joined, usual) in joined {
        if text[length..].starts_with(joined) && ends_at(text, length + joined.len()) {
            return Some((length + joined.len(), quant + usual));
        }
    }
    // `Q4_K_M`, and `Q4-K-M` where it is spelled with dashes throughout.
    let line = text[length..]
        .chars()
        .next()
        .filter(|line| "_-.".contains(*line));
    if let Some(line) = line {
        while let Some(part) = next_part(&text[length..], line, kind, quant.len() == kind.len() + 1)
        {
            quant.push('_');
            // `Q5_KM`, with one line of two.
            quant.push_str(match (kind, part) {
                ("Q", "KM") => "K_M",
                ("Q", "KS") => "K_S",
                ("Q", "KL") => "K_L",
                _ => part,
            });
            length += 1 + part.len();
        }
    }
    ends_at(text, length).then_some((length, quant))
}

/// The next part behind such a line.
fn next_part<'a>(text: &'a str, line: char, kind: &str, first: bool) -> Option<&'a str> {
    let rest = text.strip_prefix(line)?;
    let end = rest
        .find(|char: char| !char.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let part = &rest[..end];
    let digit = part.len() == 1 && part.as_bytes()[0].is_ascii_digit();
    // Behind other lines than `_` what follows is as well a word of the name.
    let goes_on = line == '_' || kind == "IQ" || !first || part == "K" || digit;
    (goes_on && (digit || ENDINGS.contains(&part))).then_some(part)
}

fn ends_at(text: &str, length: usize) -> bool {
    let next = text.get(length..).and_then(|rest| rest.chars().next());
    next.is_none_or(|char| !char.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn a_quantisation_is_read_however_it_is_spelled() {
        for (name, quant) in [
            ("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M", "Q4_K_M"),
            ("DeepSeek_R1_mini_Q4_K_M", "Q4_K_M"),
            ("deepseek-r1.q8_0", "Q8_0"),
            ("deepseek-r1-q4_k_m", "Q4_K_M"),
            ("R1.Q4_K_M", "Q4_K_M"),
            ("R1 (Q4_K_M)", "Q4_K_M"),
            ("[Q5_K_S] R1", "Q5_K_S"),
            ("深度Q6_K", "Q6_K"),
            ("R1-UD-Q4_K_XL", "UD-Q4_K_XL"),
            ("R1_UD_IQ1_S", "UD-IQ1_S"),
            ("R1.i1-IQ3_XXS", "IQ3_XXS"),
            ("R1-IQ4_NL", "IQ4_NL"),
            ("R1-Q4_0_4_4", "Q4_0_4_4"),
            ("R1-Q3_K_XL", "Q3_K_XL"),
            ("R1-IQ4_KSS", "IQ4_KSS"),
            ("R1-IQ2_K_R4", "IQ2_K_R4"),
            ("R1-TQ1_0", "TQ1_0"),
            ("R1-fp16", "F16"),
            ("R1-F16", "F16"),
            ("R1.BF16", "BF16"),
            ("R1-f32", "F32"),
            ("R1-MXFP4_MOE", "MXFP4_MOE"),
            ("R1-mxfp4", "MXFP4"),
            ("R1-Q4-K-M", "Q4_K_M"),
            ("R1-q4km", "Q4_K_M"),
            ("R1-Q8-0", "Q8_0"),
            ("R1-Q5_KM", "Q5_K_M"),
            ("r1.q3_ks", "Q3_K_S"),
            ("R1-IQ2_KL", "IQ2_KL"),
            ("R1-Q8_K_XL", "Q8_K_XL"),
            ("R1-i1-IQ4_XS.imatrix", "IQ4_XS"),
            ("R1-Q4_K_M (1)", "Q4_K_M"),
            // Of reports about LM Studio, a llamafile and Ollama's tags.
            ("Coomand-R-35B-v1_iQ3m", "IQ3_M"),
            ("sakura0.92_1.0_IQ4XS", "IQ4_XS"),
            ("Lexi-Uncensored_V2_Q8", "Q8"),
            ("Muse-KQuant-17GB-Q4_K_M", "Q4_K_M"),
            ("R1-Q8", "Q8"),
            ("R1-Q4_K_M-imat", "Q4_K_M"),
            ("R1-Q4_K_M_v2", "Q4_K_M"),
            ("R1-IQ4-XS", "IQ4_XS"),
            ("R1-Q4-small", "Q4"),
            ("Q4_K_M", "Q4_K_M"),
            ("R1-Q4_K_M-00001-of-00002", "Q4_K_M"),
            ("ggml-model-q6_K", "Q6_K"),
        ] {
            let found = spelled(name);
            assert_eq!(
                found.map(|found| found.quant).as_deref(),
                Some(quant),
                "{name}"
            );
        }
        for name in [
            "",
            "model",
            "qwen2",
            "R1-Qwen-7B",
            "seq2seq",
            "IQ",
            "Q",
            "R1-Q4x",
            "BF16x",
            "é",
        ] {
            assert_eq!(spelled(name), None, "{name}");
        }
        assert!(spelled("R1.i1-Q4_K_M").unwrap().weighed);
        assert!(!spelled("R1.Q4_K_M").unwrap().weighed);
    }
}
