//! The page's types, written from ours.

use super::*;

/// The page's types. A stale file is written anew, and the test fails once so that somebody
/// looks at the change and commits it.
#[test]
#[expect(clippy::too_many_lines, reason = "it is one list")]
fn the_bindings_of_the_page_are_fresh() {
    let settings = ts_rs::Config::default();
    let mut text = String::from(
        "// Written by `cargo test -p spud-desktop` from src-tauri/src/wire.rs. Do not edit.\n",
    );
    macro_rules! declare {
        ($($kind:ty),+ $(,)?) => {$(
            text += "\n";
            text += &<$kind>::docs().unwrap_or_default();
            text += "export ";
            text += &<$kind>::decl(&settings);
            text += "\n";
        )+};
    }
    declare!(
        Code,
        Whole,
        Setback,
        Kin,
        Stranger,
        Cause,
        Failure,
        MessageRole,
        MessageState,
        Message,
        ChatRow,
        Phase,
        ChatEvent,
        EngineState,
        ModelAbout,
        Model,
        Notice,
        Doing,
        DownloadState,
        Download,
        Closing,
        Network,
        Arriving,
        AppEvent,
        Held,
        DragEvent,
        Part,
        Remark,
        Attached,
        Reading,
        DraftFiles,
        AttachRequest,
        FileRequest,
        ReadingRequest,
        LettersRequest,
        FileText,
        WeighRequest,
        Weight,
        SendRequest,
        SendResponse,
        ChatRequest,
        MessageRequest,
        AgainRequest,
        InsteadRequest,
        MannerRequest,
        Manner,
        Taste,
        Closer,
        RenameRequest,
        DraftRequest,
        RememberRequest,
        PinRequest,
        SearchRequest,
        ExportRequest,
        ToSet,
        Copying,
        ImportRequest,
        Fate,
        Refusal,
        LeftOut,
        Arrival,
        PassedOver,
        TakenIn,
        SetRequest,
        Hit,
        Verdict,
        KvType,
        GpuView,
        MachineView,
        DeviceShare,
        Estimate,
        FitWhy,
        Fit,
        DiskShort,
        QuantView,
        Benchmark,
        Lineage,
        Holder,
        Candidate,
        Advice,
        SurveyNote,
        Survey,
        SurveyRequest,
        FitRequest,
        PatienceRequest,
        HeldRequest,
        ModelRequest,
        DownloadRequest,
        DownloadKey,
        NetworkRequest,
        HubRequest,
        HubView,
        Offer,
        OfferRequest,
        AgreementRequest,
        TokenRequest,
        TokenPlace,
        LeaveRequest,
        Purpose,
        Connection,
        ConnectionsRequest,
        Connections,
        Removal,
        LinkRequest,
        FolderRequest,
        InstructionsRequest,
        Preset,
        PresetRequest,
        PresetName,
        DeletedChat,
        DeletedMessage,
        EraseRequest,
        Theme,
        Width,
        Device,
        Preferences,
        PreferencesRequest,
        Backup,
        CrashReport,
        CrashReportName,
        Drawing,
        DataView,
        SafeModeRequest,
    );
    text += "\n// The usual encodings of letters, those of a script together.\nexport const ENCODINGS = [\n";
    for usual in app::reading::USUAL {
        let usual = app::reading::Encoding::named(usual).unwrap();
        text.extend(["  '", &usual.to_string(), "',\n"]);
    }
    text += "] as const;\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/lib/ipc/wire.ts");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    if committed != text {
        std::fs::write(path, text).unwrap();
        panic!("`ui/src/lib/ipc/wire.ts` was stale; it is written anew, look at it and commit it");
    }
}
