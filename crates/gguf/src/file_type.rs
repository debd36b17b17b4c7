//! What a file says it was quantised to as a whole, `general.file_type`.
//!
//! A label that its maker chose, nothing that anything is computed from: the tensors say what they
//! are one by one (`Header::mix`). The numbers are `llama_ftype` in `llama.h`, the names those that
//! publishers put into file names.

/// The name of a number, as in file names: `Q4_K_M`; none for numbers that stand for nothing.
pub(crate) fn name(number: u32) -> Option<&'static str> {
    // Set where llama.cpp guessed it (`LLAMA_FTYPE_GUESSED`).
    const GUESSED: u32 = 1_024;
    Some(match number & !GUESSED {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        19 => "IQ2_XXS",
        20 => "IQ2_XS",
        21 => "Q2_K_S",
        22 => "IQ3_XS",
        23 => "IQ3_XXS",
        24 => "IQ1_S",
        25 => "IQ4_NL",
        26 => "IQ3_S",
        27 => "IQ3_M",
        28 => "IQ2_S",
        29 => "IQ2_M",
        30 => "IQ4_XS",
        31 => "IQ1_M",
        32 => "BF16",
        36 => "TQ1_0",
        37 => "TQ2_0",
        38 => "MXFP4",
        39 => "NVFP4",
        40 => "Q1_0",
        41 => "Q2_0",
        _ => return None,
    })
}
