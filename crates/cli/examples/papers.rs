//! Writes what goes with `spud` into a package, made from the parser itself so that it cannot go stale:
//! `cargo run -p cli --example papers -- FOLDER` leaves the pages of the manual in `FOLDER/man` and the
//! completions of shells, by the names that each shell looks for, in `FOLDER/bash`, `zsh` and `fish`.

// No one's code is made from a manual: what parses belongs to the program.
#[allow(dead_code, reason = "only the words are needed here")]
#[path = "../src/command.rs"]
mod command;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;

/// The one word of the manual that the parser does not know.
const WINDOW: &str = ".SH \"THE WINDOW\"
.B spud\\-desktop
.RI [ FILE ]
opens the window, with a model to load (a GGUF file) or a file to ask about. It keeps its chats,
models and settings in the same folders as
.BR spud ,
and stands in the foreground where it was open already.
";

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        let _ = writeln!(io::stderr(), "papers: name the folder to write to");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "papers: {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

/// Writes all of it below a folder.
fn write(folder: &Path) -> io::Result<()> {
    let mut spud = command::Spud::command().disable_help_subcommand(true);
    spud.build();
    let man = folder.join("man");
    fs::create_dir_all(&man)?;
    write_manual(&spud, &man, true)?;
    // `help` is a command that people complete, though it has no page.
    let mut spud = command::Spud::command();
    for (shell, name) in [
        (Shell::Bash, "bash"),
        (Shell::Zsh, "zsh"),
        (Shell::Fish, "fish"),
    ] {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        clap_complete::generate_to(shell, &mut spud, "spud", &folder)?;
    }
    // Found by the bare name of the program.
    fs::rename(folder.join("bash/spud.bash"), folder.join("bash/spud"))
}

/// Writes the page of a command and those of the commands below it.
fn write_manual(command: &clap::Command, folder: &Path, is_whole: bool) -> io::Result<()> {
    let page = Man::new(command.clone())
        .source(concat!("spud ", env!("CARGO_PKG_VERSION")))
        .manual("Spud");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    if is_whole {
        text.extend_from_slice(WINDOW.as_bytes());
    }
    let more = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    if let Some(more) = more {
        // Its lines stand below each other on purpose, which the crate's own section would not keep.
        text.extend_from_slice(b".SH NOTES\n.nf\n");
        for line in more.to_string().lines() {
            text.extend_from_slice(as_it_is(line).as_bytes());
            text.push(b'\n');
        }
        text.extend_from_slice(b".fi\n");
    }
    fs::write(folder.join(page.get_filename()), text)?;
    for below in command.get_subcommands() {
        write_manual(below, folder, false)?;
    }
    Ok(())
}

/// A line in the manual's own language that shows as it is here.
fn as_it_is(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::CommandFactory;

    use super::{as_it_is, command, write};

    #[test]
    fn every_command_and_option_stands_in_the_manual_and_completes_in_each_shell() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let shells = ["bash/spud", "zsh/_spud", "fish/spud.fish"].map(read);
        let whole = read("man/spud.1");
        let spud = command::Spud::command();
        let mut seen = 0;
        for below in spud.get_subcommands() {
            let name = below.get_name();
            assert!(whole.contains(&format!("spud\\-{name}(1)")), "{name}");
            let page = read(&format!("man/spud-{name}.1"));
            for shell in &shells {
                assert!(shell.contains(name), "{name}");
            }
            for option in below.get_arguments().filter_map(|one| one.get_long()) {
                let escaped = option.replace('-', "\\-");
                assert!(page.contains(&escaped), "{name} {option}");
                for shell in &shells {
                    assert!(shell.contains(option), "{name} {option}");
                }
                seen += 1;
            }
        }
        assert!(seen > 40, "{seen} options");
        // A command below a command has a page too.
        assert!(read("man/spud-chats-export.1").contains("thoughts"));
        // What `spud help ask` says of its JSON.
        assert!(read("man/spud-ask.1").contains("first_token_ms"));
    }

    #[test]
    fn a_line_of_the_manual_says_what_it_says() {
        assert_eq!(as_it_is(".nf"), "\\&.nf");
        assert_eq!(as_it_is("a\\b --c"), "a\\eb \\-\\-c");
    }
}
